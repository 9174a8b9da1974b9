package dev.dogvision.report;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.base.CharMatcher;
import com.google.common.collect.ImmutableMap;
import com.google.errorprone.annotations.CanIgnoreReturnValue;
import dev.dogvision.DogVisionException;
import dev.dogvision.data.Dataset;
import dev.dogvision.data.DatasetReport;
import dev.dogvision.data.Example;
import dev.dogvision.data.Neighbour;
import dev.dogvision.evaluate.Evaluation;
import dev.dogvision.internal.WholeFile;
import dev.dogvision.train.DescribedSetting;
import dev.dogvision.train.TrainingRun;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * What there is to know about an evaluation, in one HTML file that opens from disk and fetches
 * nothing: figures, learning curves, the breeds most often confused with photographs of both, the
 * worst mistakes, right answers that it was unsure of, a table of all breeds to sort and search,
 * calibration, confusions, the state of the data, configuration and environment. It works with a
 * keyboard, in light and dark, on a phone, and on paper.
 *
 * <p>Every figure is the evaluation's own; elements with a {@code data-figure} attribute hold it in
 * full precision in {@code data-value}. Labels and ids are escaped wherever they come from.
 *
 * <pre>{@code
 * HtmlReport.of(evaluation)
 *     .title("Dogs, fine-tuned")
 *     .examples(split.validation())
 *     .curves(LearningCurves.of(run))
 *     .write(Path.of("report.html"));
 * }</pre>
 *
 * <p>Immutable: every method returns a changed copy.
 */
public final class HtmlReport {
  final Evaluation evaluation;
  String title = "Dog breeds";
  @Nullable Dataset examples;
  @Nullable LearningCurves curves;
  ImmutableMap<String, String> configuration = ImmutableMap.of();
  ImmutableMap<String, String> usual = ImmutableMap.of();
  ImmutableMap<String, String> environment;
  @Nullable DatasetReport datasetReport;
  @Nullable String suspectsPage;
  ImmutableMap<String, Plot> heatMaps = ImmutableMap.of();
  ImmutableMap<String, List<Neighbour>> resembled = ImmutableMap.of();
  @Nullable Dataset resembling;
  int pairs = 10;
  int mistakes = 24;
  int unsure = 12;
  ImmutableMap<String, List<String>> doubts = ImmutableMap.of();

  private HtmlReport(Evaluation evaluation, ImmutableMap<String, String> environment) {
    this.evaluation = evaluation;
    this.environment = environment;
  }

  /**
   * A report of an evaluation.
   *
   * @param evaluation what to report
   * @return the report, to be given more
   */
  public static HtmlReport of(Evaluation evaluation) {
    return new HtmlReport(evaluation, standardEnvironment());
  }

  private HtmlReport with(Consumer<HtmlReport> change) {
    HtmlReport copy = new HtmlReport(evaluation, environment);
    copy.title = title;
    copy.examples = examples;
    copy.curves = curves;
    copy.configuration = configuration;
    copy.usual = usual;
    copy.datasetReport = datasetReport;
    copy.suspectsPage = suspectsPage;
    copy.heatMaps = heatMaps;
    copy.resembled = resembled;
    copy.resembling = resembling;
    copy.pairs = pairs;
    copy.mistakes = mistakes;
    copy.unsure = unsure;
    copy.doubts = doubts;
    change.accept(copy);
    return copy;
  }

  /**
   * All there is to know of a run, as one page: its model evaluated on photographs, with the
   * learning curves, the settings, what the model looked at in its worst mistakes and which
   * training photographs these resemble, and what {@link DatasetReport} finds in the photographs
   * that it was trained and evaluated on, near-duplicates across the two among it, and labels that
   * the model doubts.
   *
   * <pre>{@code
   * HtmlReport.of(run, split.validation()).write(Path.of("report.html"));
   * }</pre>
   *
   * <p>All photographs are read once more for that, those of the training as well; where the
   * backbone was trained, these also go through it once more.
   *
   * @param run a finished run
   * @param photographs with labels among the model's, as a rule the validation data
   * @return the report, to be changed or written
   * @throws IllegalArgumentException if the data is empty, has no labels or labels that the model
   *     lacks
   * @throws dev.dogvision.DogVisionException if a photograph of the data can't be read
   */
  public static HtmlReport of(TrainingRun run, Dataset photographs) {
    return RunReport.of(run, photographs, null);
  }

  /**
   * As {@link #of(TrainingRun, Dataset)}, with findings about the data that are there already, by
   * {@link dev.dogvision.train.DataDoctor} for instance. Labels that the model doubts are added
   * where the findings hold none and are about the photographs to evaluate, among others.
   *
   * @param run a finished run
   * @param photographs with labels among the model's, as a rule the validation data
   * @param findings what was found about the photographs, as a rule about all of training and
   *     validation
   * @return the report, to be changed or written
   * @throws IllegalArgumentException if the data is empty, has no labels or labels that the model
   *     lacks
   * @throws dev.dogvision.DogVisionException if a photograph of the data can't be read
   */
  public static HtmlReport of(TrainingRun run, Dataset photographs, DatasetReport findings) {
    return RunReport.of(run, photographs, findings);
  }

  /**
   * Names the report.
   *
   * @param text its title; "Dog breeds" unless set
   * @return the changed copy
   * @throws IllegalArgumentException if the text is blank
   */
  public HtmlReport title(String text) {
    checkArgument(!text.isBlank(), "title must not be blank");
    return with(copy -> copy.title = text);
  }

  /**
   * Gives the photographs that were evaluated, found by the evaluation's ids. Without them the
   * report shows no photograph.
   *
   * @param dataset the evaluated data set; may hold more
   * @return the changed copy
   * @throws IllegalArgumentException if it lacks a photograph that was evaluated
   */
  public HtmlReport examples(Dataset dataset) {
    Set<String> ids = dataset.examples().stream().map(Example::id).collect(Collectors.toSet());
    List<String> missing =
        IntStream.range(0, evaluation.size())
            .mapToObj(evaluation::id)
            .filter(id -> !ids.contains(id))
            .toList();
    checkArgument(
        missing.isEmpty(),
        "examples: %s of the %s evaluated photographs are not in this data set of %s, among them"
            + " %s: give the data set that was evaluated, or one that holds it",
        missing.size(),
        evaluation.size(),
        dataset.size(),
        missing.stream().limit(3).collect(Collectors.joining(", ")));
    return with(copy -> copy.examples = dataset);
  }

  /**
   * Gives the learning curves of the run that made the model.
   *
   * @param values name to values, one an epoch; series that end in the same word share a chart
   * @return the changed copy
   */
  public HtmlReport curves(Map<String, List<Double>> values) {
    LearningCurves kept =
        values.values().stream().flatMap(List::stream).anyMatch(Double::isFinite)
            ? LearningCurves.of(values)
            : null;
    return with(copy -> copy.curves = kept);
  }

  /**
   * Gives the learning curves of the run that made the model, as a rule {@link
   * LearningCurves#of(TrainingRun)}, which marks the epoch whose weights the model has.
   *
   * @param drawn the curves
   * @return the changed copy
   */
  public HtmlReport curves(LearningCurves drawn) {
    return with(copy -> copy.curves = drawn);
  }

  /**
   * Gives the settings that made the model.
   *
   * @param values name to value, in the order shown
   * @return the changed copy
   */
  public HtmlReport configuration(Map<String, String> values) {
    return with(
        copy -> {
          copy.configuration = ImmutableMap.copyOf(values);
          copy.usual = ImmutableMap.of();
        });
  }

  /** What was made of the settings of a run, and what stays folded. */
  HtmlReport configuration(Map<String, String> values, Map<String, String> folded) {
    return with(
        copy -> {
          copy.configuration = ImmutableMap.copyOf(values);
          copy.usual = ImmutableMap.copyOf(folded);
        });
  }

  /** Why the model doubts what it says of some photographs, by their ids. */
  HtmlReport doubts(Map<String, List<String>> reasons) {
    return with(copy -> copy.doubts = ImmutableMap.copyOf(reasons));
  }

  /**
   * Gives the settings of a run in words. Those that are as usual are folded away.
   *
   * @param settings as a rule {@link TrainingRun#settingsInWords()}
   * @return the changed copy
   */
  public HtmlReport configuration(List<DescribedSetting> settings) {
    return with(
        copy -> {
          copy.configuration = words(settings, /* usual= */ false);
          copy.usual = words(settings, /* usual= */ true);
        });
  }

  static ImmutableMap<String, String> words(List<DescribedSetting> settings, boolean usual) {
    return settings.stream()
        .filter(setting -> setting.usual() == usual)
        .collect(
            ImmutableMap.toImmutableMap(
                DescribedSetting::name, DescribedSetting::words, (one, other) -> other));
  }

  /**
   * Tells where the evaluation ran. Unless set: the time, and the version of DogVision, Java and
   * the operating system.
   *
   * @param values name to value, in the order shown
   * @return the changed copy
   */
  public HtmlReport environment(Map<String, String> values) {
    return with(copy -> copy.environment = ImmutableMap.copyOf(values));
  }

  /**
   * Gives what was found about the data: a section with doubtful labels, duplicates and broken
   * files.
   *
   * @param data the findings
   * @return the changed copy
   */
  public HtmlReport datasetReport(DatasetReport data) {
    return with(copy -> copy.datasetReport = data);
  }

  /**
   * Links the section on the data to a page of {@link LabelCleaner} that lies beside the report.
   *
   * @param fileName the page's file name, such as {@code suspects.html}
   * @return the changed copy
   * @throws IllegalArgumentException if it is blank, or not the plain name of a file
   */
  public HtmlReport suspectsPage(String fileName) {
    checkArgument(
        !fileName.isBlank() && CharMatcher.anyOf("/\\:").matchesNoneOf(fileName),
        "suspectsPage must be the name of a file beside the report, got '%s'",
        fileName);
    return with(copy -> copy.suspectsPage = fileName);
  }

  /**
   * Gives pictures of what the model looked at, shown beside the worst mistakes.
   *
   * @param pictures an example's id to its picture
   * @return the changed copy
   */
  public HtmlReport heatMaps(Map<String, ? extends Plot> pictures) {
    return with(copy -> copy.heatMaps = ImmutableMap.copyOf(pictures));
  }

  /**
   * Gives the photographs that the worst mistakes resemble, shown beside them: as a rule those of
   * the training, which tell where the model has it from.
   *
   * @param photographs those among which was searched, found by their ids
   * @param neighbours an evaluated example's id to what it resembles, the most similar first
   * @return the changed copy
   * @throws IllegalArgumentException if a neighbour is not among the photographs
   */
  public HtmlReport resembled(Dataset photographs, Map<String, List<Neighbour>> neighbours) {
    Set<String> ids = photographs.examples().stream().map(Example::id).collect(Collectors.toSet());
    neighbours.values().stream()
        .flatMap(List::stream)
        .forEach(
            neighbour ->
                checkArgument(
                    ids.contains(neighbour.id()),
                    "neighbours: '%s' is not among these %s photographs: give those that were"
                        + " searched",
                    neighbour.id(),
                    photographs.size()));
    return with(
        copy -> {
          copy.resembling = photographs;
          copy.resembled = ImmutableMap.copyOf(neighbours);
        });
  }

  /**
   * Sets how many pairs of confused breeds are shown.
   *
   * @param count at most so many, the most frequent first; 10 unless set
   * @return the changed copy
   * @throws IllegalArgumentException if the count is negative
   */
  public HtmlReport confusedPairs(int count) {
    checkArgument(count >= 0, "confusedPairs must not be negative, got %s", count);
    return with(copy -> copy.pairs = count);
  }

  /**
   * Sets how many of the worst mistakes are shown.
   *
   * @param count at most so many, the largest loss first; 24 unless set
   * @return the changed copy
   * @throws IllegalArgumentException if the count is negative
   */
  public HtmlReport worstMistakes(int count) {
    checkArgument(count >= 0, "worstMistakes must not be negative, got %s", count);
    return with(copy -> copy.mistakes = count);
  }

  /**
   * Sets how many photographs are shown of which the model is unsure and yet right.
   *
   * @param count at most so many, the least probable first; 12 unless set
   * @return the changed copy
   * @throws IllegalArgumentException if the count is negative
   */
  public HtmlReport unsureAnswers(int count) {
    checkArgument(count >= 0, "unsureAnswers must not be negative, got %s", count);
    return with(copy -> copy.unsure = count);
  }

  /**
   * The whole file as text. Where a photograph cannot be read the page says so, and the log why.
   *
   * @return HTML in UTF-8
   */
  public String toHtml() {
    return new HtmlReportPage(this).toHtml();
  }

  /**
   * Writes the file whole or not at all; one that is there is replaced, missing folders are
   * created.
   *
   * @param file where to, usually ending in {@code .html}
   * @return the file
   * @throws DogVisionException if it cannot be written
   */
  @CanIgnoreReturnValue
  public Path write(Path file) {
    return write(toHtml(), file);
  }

  static Path write(String page, Path file) {
    byte[] html = page.getBytes(StandardCharsets.UTF_8);
    try {
      WholeFile.write(file, out -> out.write(html));
    } catch (ClosedByInterruptException | InterruptedIOException e) {
      throw new DogVisionException("interrupted while the report " + file + " was written", e);
    } catch (IOException e) {
      throw new DogVisionException(
          "Cannot write the report " + file + " (" + e + "). Name a place that can be written to.",
          e);
    }
    return file;
  }

  static ImmutableMap<String, String> standardEnvironment() {
    String version = HtmlReport.class.getPackage().getImplementationVersion();
    return ImmutableMap.of(
        "Written",
        DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm 'UTC'", Locale.ROOT)
            .format(OffsetDateTime.now(ZoneOffset.UTC)),
        "DogVision",
        version == null ? "development build" : version,
        "Java",
        System.getProperty("java.version") + ", " + System.getProperty("java.vm.name"),
        "Operating system",
        System.getProperty("os.name")
            + " "
            + System.getProperty("os.version")
            + ", "
            + System.getProperty("os.arch"),
        "Processors",
        Integer.toString(Runtime.getRuntime().availableProcessors()));
  }

  @Override
  public String toString() {
    return "HtmlReport[" + title + ", " + evaluation.size() + " photographs]";
  }
}
