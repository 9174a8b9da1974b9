package dev.dogvision.tensorboard;

import static java.util.Objects.requireNonNull;

import com.google.common.collect.ImmutableMap;
import com.google.common.primitives.Doubles;
import dev.dogvision.DogVisionException;
import dev.dogvision.data.Dataset;
import dev.dogvision.image.Augmentation;
import dev.dogvision.report.BatchSheet;
import dev.dogvision.report.ConfusionHeatMap;
import dev.dogvision.report.Plot;
import dev.dogvision.train.EpochOutcome;
import dev.dogvision.train.Metric;
import dev.dogvision.train.TrainingControl;
import dev.dogvision.train.TrainingEvent;
import dev.dogvision.train.TrainingListener;
import dev.dogvision.train.TrainingRun;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes one run for TensorBoard, into a folder of its own that is named by date and time: curves a
 * batch and an epoch, learning rate, settings, a sheet of training pictures and the confusions.
 */
final class TensorBoardListener implements TrainingListener {
  private static final Logger logger = LoggerFactory.getLogger(TensorBoardListener.class);
  private static final int MOST_SETTING_CHARACTERS = 200;

  private final Path parent;
  private Optional<Dataset> validation = Optional.empty();
  private @Nullable EventFileWriter writer;
  private long batches;
  private boolean told;

  /**
   * A listener for one run.
   *
   * @param parent the folder of all runs; the run's is made in it
   */
  TensorBoardListener(Path parent) {
    this.parent = parent;
  }

  @Override
  public void onEvent(TrainingEvent event, TrainingControl control) {
    if (event instanceof TrainingEvent.RunStarted started) {
      start(started);
      return;
    }
    EventFileWriter out = writer;
    if (out == null) {
      return;
    }
    boolean batch = event instanceof TrainingEvent.BatchFinished;
    if (batch) {
      batches++;
    }
    try {
      if (!batch && !out.isIntact()) {
        out = reopen(out, control);
      }
      if (out.isOpen()) {
        write(out, event);
      }
    } catch (DogVisionException e) {
      tell(e.getMessage(), control);
    } finally {
      if (event instanceof TrainingEvent.RunFinished || event instanceof TrainingEvent.RunFailed) {
        close(control);
      }
    }
  }

  /**
   * Goes on in another file of the same folder: TensorBoard shows all files of a folder as one run.
   */
  private EventFileWriter reopen(EventFileWriter lost, TrainingControl control) {
    tell(
        lost.file() + " was removed or closed while the run wrote it. A new file goes on from here",
        control);
    lost.close();
    Path folder = requireNonNull(lost.file().getParent(), "a file in the run's folder");
    EventFileWriter out = EventFileWriter.open(folder);
    writer = out;
    return out;
  }

  /** A full disk should not cost the hours that the run has taken already. */
  private void tell(@Nullable String problem, TrainingControl control) {
    if (!told) {
      control.notice("TensorBoard does not get everything, and the run goes on: " + problem);
    }
    told = true;
  }

  private void write(EventFileWriter out, TrainingEvent event) {
    if (event instanceof TrainingEvent.BatchFinished batch) {
      out.scalar("batch/loss", batches, batch.loss());
      out.scalar("batch/learning rate", batches, batch.learningRate());
      if (!Double.isNaN(batch.gradientNorm())) {
        out.scalar("batch/gradient norm", batches, batch.gradientNorm());
      }
    } else if (event instanceof TrainingEvent.EpochFinished epoch) {
      EpochOutcome result = epoch.outcome();
      result.values().forEach((name, value) -> out.scalar(tag(name), result.epoch(), value));
      out.scalar("epoch/learning rate", result.epoch(), result.learningRate());
      out.scalar("epoch/seconds", result.epoch(), result.duration().toNanos() / 1e9);
    } else if (event instanceof TrainingEvent.Notice notice) {
      out.text("notice", batches, notice.message());
    } else if (event instanceof TrainingEvent.RunFinished finished) {
      TrainingRun run = finished.run();
      validation.ifPresent(
          dataset ->
              draw(
                  out,
                  "confusions",
                  run.chosenEpoch(),
                  () -> ConfusionHeatMap.of(run.evaluate(dataset).confusion())));
      out.text(
          "end",
          run.history().size(),
          run.end().description() + "; weights of epoch " + run.chosenEpoch());
      out.finished(true);
    } else if (event instanceof TrainingEvent.RunFailed failed) {
      out.text("end", batches, "failed: " + failed.failure());
      out.finished(false);
    }
  }

  private static String tag(String metric) {
    return "epoch/" + metric;
  }

  private void start(TrainingEvent.RunStarted started) {
    EventFileWriter out = EventFileWriter.open(folder(started.runName()));
    batches = started.batchesBefore();
    writer = out;
    validation = started.validation();
    Map<String, String> settings = started.settings();
    List<String> metrics = new ArrayList<>();
    for (Metric metric : started.metrics()) {
      metrics.add(tag(metric.name()));
    }
    ImmutableMap.Builder<String, Object> values = ImmutableMap.builder();
    settings.forEach((name, value) -> values.put(name, hyperParameter(value)));
    out.hyperParameters(values.buildOrThrow(), metrics);
    StringBuilder table = new StringBuilder("| setting | value |\n|---|---|\n");
    table.append("| training images | ").append(started.training().size()).append(" |\n");
    table
        .append("| validation images | ")
        .append(validation.map(Dataset::size).orElse(0))
        .append(" |\n");
    table.append("| labels | ").append(started.model().labels().size()).append(" |\n");
    settings.forEach(
        (name, value) ->
            table
                .append("| ")
                .append(name)
                .append(" | ")
                .append(value.replace("|", "\\|"))
                .append(" |\n"));
    out.text("run", 0, table.toString());
    draw(
        out,
        "training pictures",
        0,
        () ->
            BatchSheet.of(
                started.training(), Augmentation.none(), started.model().preprocessing(), 0));
  }

  /** A number or a truth where it is one, so that TensorBoard sorts and plots runs by it. */
  private static Object hyperParameter(String value) {
    if (value.equals("true") || value.equals("false")) {
      return Boolean.valueOf(value);
    }
    Double number = Doubles.tryParse(value);
    return number != null && Double.isFinite(number)
        ? number
        : value.substring(0, Math.min(value.length(), MOST_SETTING_CHARACTERS));
  }

  /** The run's folder; one that is resumed or continued goes on in the folder it has. */
  private Path folder(String runName) {
    try {
      return Files.createDirectories(parent.resolve(runName));
    } catch (IOException e) {
      throw new DogVisionException("tensorBoard: no folder can be made in " + parent + ": " + e, e);
    }
  }

  /** What makes a plot. */
  private interface Drawing {
    Plot draw();
  }

  private static void draw(EventFileWriter out, String tag, long step, Drawing drawing) {
    byte[] png;
    try {
      png = drawing.draw().toPng();
    } catch (DogVisionException e) { // a machine without fonts can train nevertheless
      logger.warn("TensorBoard gets no picture of the {}: {}", tag, e.getMessage());
      return;
    }
    out.image(tag, step, png);
  }

  private void close(TrainingControl control) {
    EventFileWriter out = writer;
    writer = null;
    if (out != null) {
      try {
        out.close();
      } catch (DogVisionException e) {
        tell(e.getMessage(), control);
      }
    }
  }
}
