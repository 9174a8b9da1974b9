package dev.dogvision.report;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import com.google.errorprone.annotations.CanIgnoreReturnValue;
import dev.dogvision.data.Dataset;
import dev.dogvision.evaluate.Evaluation;
import dev.dogvision.model.TrainedModel;
import dev.dogvision.train.DescribedSetting;
import dev.dogvision.train.EpochOutcome;
import dev.dogvision.train.TrainingRun;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Several runs side by side, in one HTML file that opens from disk and fetches nothing: their
 * scores with intervals and training times, whether they differ by more than chance, their learning
 * curves in shared charts, and the settings in which they differ.
 *
 * <pre>{@code
 * RunComparison.of("head", head, head.evaluate(split.validation()))
 *     .and("last stage", tuned, tuned.evaluate(split.validation()))
 *     .write(Path.of("comparison.html"));
 * }</pre>
 *
 * <p>Whether two differ by more than chance is McNemar's test, which needs both evaluated on the
 * same photographs in the same order. Where that is not so, the page says so.
 *
 * <p>Immutable: every method returns a changed copy.
 */
public final class RunComparison {
  private static final int MOST = 12;

  /** As a rule each run takes what is free, which changes nothing that it learns. */
  private static final String MEMORY = "Memory for what is computed once";

  final ImmutableList<Compared> compared;
  final String title;

  /**
   * One of those that are compared.
   *
   * @param name how it is called
   * @param evaluation how well it does
   * @param curves its figures by epoch, null where it is not known how it was trained
   * @param settings what it was made with, by name
   * @param duration how long all epochs took, where that is known
   */
  record Compared(
      String name,
      Evaluation evaluation,
      @Nullable LearningCurves curves,
      ImmutableMap<String, String> settings,
      Optional<Duration> duration) {}

  private RunComparison(ImmutableList<Compared> compared, String title) {
    this.compared = compared;
    this.title = title;
  }

  /**
   * Compares runs on the same photographs.
   *
   * @param runs name to run, at least one, in the order shown
   * @param photographs with labels among those of every run's model, as a rule the validation data
   * @return the comparison
   * @throws IllegalArgumentException if there is no run or more than 12, a name is blank, or the
   *     data is empty, has no labels or labels that a model lacks
   * @throws dev.dogvision.DogVisionException if a photograph can't be read
   */
  public static RunComparison of(Map<String, TrainingRun> runs, Dataset photographs) {
    checkArgument(!runs.isEmpty(), "runs is empty: give two or more to compare");
    RunComparison comparison = new RunComparison(ImmutableList.of(), "Several runs side by side");
    for (Map.Entry<String, TrainingRun> run : runs.entrySet()) {
      comparison =
          comparison.and(run.getKey(), run.getValue(), run.getValue().evaluate(photographs));
    }
    return comparison;
  }

  /**
   * Begins a comparison with a run that has been evaluated.
   *
   * @param name how to call it
   * @param run the run
   * @param evaluation what came of it
   * @return the comparison, to be given more by {@link #and(String, TrainingRun, Evaluation)}
   * @throws IllegalArgumentException if the name is blank
   */
  public static RunComparison of(String name, TrainingRun run, Evaluation evaluation) {
    return new RunComparison(ImmutableList.of(), "Several runs side by side")
        .and(name, run, evaluation);
  }

  /**
   * Adds a run that has been evaluated.
   *
   * @param name how to call it
   * @param run the run
   * @param evaluation what came of it
   * @return the changed copy
   * @throws IllegalArgumentException if the name is blank or taken, or there are 12 already
   */
  public RunComparison and(String name, TrainingRun run, Evaluation evaluation) {
    LearningCurves curves = run.history().size() == 0 ? null : LearningCurves.of(run);
    Duration duration =
        run.history().epochs().stream()
            .map(EpochOutcome::duration)
            .reduce(Duration.ZERO, Duration::plus);
    return with(new Compared(name, evaluation, curves, settings(run), Optional.of(duration)));
  }

  /**
   * Adds what is not a run of this program, such as the embedded model: it has scores, and neither
   * curves nor settings.
   *
   * @param name how to call it
   * @param evaluation how well it does
   * @return the changed copy
   * @throws IllegalArgumentException if the name is blank or taken, or there are 12 already
   */
  public RunComparison and(String name, Evaluation evaluation) {
    return with(new Compared(name, evaluation, null, ImmutableMap.of(), Optional.empty()));
  }

  private RunComparison with(Compared another) {
    checkArgument(!another.name().isBlank(), "name must not be blank");
    checkArgument(
        compared.stream().noneMatch(one -> one.name().equals(another.name())),
        "name: '%s' is taken by another run of this comparison",
        another.name());
    checkArgument(
        compared.size() < MOST,
        "'%s' would be the 13th run: more than %s curves can't be told apart, so compare fewer",
        another.name(),
        MOST);
    return new RunComparison(
        ImmutableList.<Compared>builder().addAll(compared).add(another).build(), title);
  }

  private static ImmutableMap<String, String> settings(TrainingRun run) {
    TrainedModel model = run.model();
    Map<String, String> settings = new LinkedHashMap<>();
    settings.put("Model", RunReport.inWords(model));
    settings.put("Started from", RunReport.provenance(model, "training.start"));
    settings.put("Training photographs", String.valueOf(run.trainingData().size()));
    for (DescribedSetting setting : run.settingsInWords()) {
      if (!setting.name().equals(MEMORY)) {
        settings.put(setting.name(), setting.words());
      }
    }
    settings.put("Ended", run.end().description());
    settings.put("Engine", RunReport.provenance(model, "training.engine"));
    settings.put("Device", RunReport.provenance(model, "training.device"));
    return ImmutableMap.copyOf(settings);
  }

  /**
   * Names the comparison.
   *
   * @param text its title; "Several runs side by side" unless set
   * @return the changed copy
   * @throws IllegalArgumentException if the text is blank
   */
  public RunComparison title(String text) {
    checkArgument(!text.isBlank(), "title must not be blank");
    return new RunComparison(compared, text);
  }

  /**
   * The whole file as text.
   *
   * @return HTML in UTF-8
   */
  public String toHtml() {
    return new RunComparisonPage(this).toHtml();
  }

  /**
   * Writes the file whole or not at all; one that is there is replaced, missing folders are
   * created.
   *
   * @param file where to, usually ending in {@code .html}
   * @return the file
   * @throws dev.dogvision.DogVisionException if it cannot be written
   */
  @CanIgnoreReturnValue
  public Path write(Path file) {
    return HtmlReport.write(toHtml(), file);
  }

  @Override
  public String toString() {
    return "RunComparison" + compared.stream().map(Compared::name).toList();
  }
}
