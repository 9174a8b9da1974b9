package dev.dogvision.train;

import com.google.errorprone.annotations.FormatMethod;
import dev.dogvision.internal.Terminal;
import java.io.PrintStream;
import java.util.List;
import java.util.Locale;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import org.jspecify.annotations.Nullable;

/**
 * Shows a run on standard error: on a terminal a bar over the images to embed and one over all
 * epochs, with the time left; a line an epoch elsewhere.
 */
final class ProgressDisplay implements TrainingListener {
  private final boolean terminal;
  private final PrintStream out;
  private @Nullable ProgressBar bar;
  private boolean barOfEpochs;
  private String epochText = "";
  private String lastFigures = "";
  private int lastQuarter;

  @SuppressWarnings("SystemOut") // showing progress there is what this class is for
  ProgressDisplay() {
    this(Terminal.isThere(), System.err);
  }

  ProgressDisplay(boolean terminal, PrintStream out) {
    this.terminal = terminal;
    this.out = out;
  }

  @Override
  public void onEvent(TrainingEvent event, TrainingControl control) {
    if (event instanceof TrainingEvent.RunStarted started) {
      line(
          "Training on %s images, %s",
          started.training().size(),
          started.validation().isEmpty()
              ? "without validation"
              : "validating on " + started.validation().get().size());
      started.resumedAfter().ifPresent(epoch -> line("Going on after epoch %s", epoch));
    } else if (event instanceof TrainingEvent.PhaseStarted phase) {
      line("Phase %s: %s", phase.index() + 1, phase.phase().name());
    } else if (event instanceof TrainingEvent.CacheProgress progress) {
      cache(progress);
    } else if (event instanceof TrainingEvent.EpochStarted epoch) {
      epochText = "epoch " + epoch.epoch() + "/" + epoch.lastEpoch();
      if (!barOfEpochs) {
        open("Training", (long) epoch.batches() * (epoch.lastEpoch() - epoch.epoch() + 1));
        barOfEpochs = true;
      }
    } else if (event instanceof TrainingEvent.BatchFinished batch) {
      ProgressBar shown = bar;
      if (shown != null) {
        shown.step();
        shown.setExtraMessage(
            String.format(Locale.ROOT, " %s, loss %.4f%s", epochText, batch.loss(), lastFigures));
      }
    } else if (event instanceof TrainingEvent.EpochFinished epoch) {
      if (terminal) {
        epoch
            .outcome()
            .value(Metric.VALIDATION_ACCURACY)
            .ifPresent(
                accuracy ->
                    lastFigures =
                        String.format(Locale.ROOT, ", validation accuracy %.4f", accuracy));
      } else {
        line("%s", describe(epoch));
      }
    } else if (event instanceof TrainingEvent.Notice notice) {
      line("Note: %s", notice.message());
    } else if (event instanceof TrainingEvent.RunFailed) {
      close();
    } else if (event instanceof TrainingEvent.RunFinished finished) {
      close();
      line(
          "Done (%s): weights of epoch %s",
          finished.run().end().description(), finished.run().chosenEpoch());
      finished.run().history().epochs().stream()
          .filter(epoch -> terminal && epoch.epoch() == finished.run().chosenEpoch())
          .forEach(epoch -> line("%s", describe(new TrainingEvent.EpochFinished(epoch, true))));
    }
  }

  private void cache(TrainingEvent.CacheProgress progress) {
    if (terminal) {
      if (bar == null) {
        open(progress.what(), progress.total());
      }
      ProgressBar shown = bar;
      if (shown != null) {
        shown.stepTo(progress.done());
      }
    } else {
      int quarter = (int) (4L * progress.done() / progress.total());
      if (quarter > lastQuarter) {
        line("%s: %s of %s images", progress.what(), progress.done(), progress.total());
      }
      lastQuarter = quarter;
    }
    if (progress.done() == progress.total()) {
      close();
      lastQuarter = 0;
    }
  }

  static String describe(TrainingEvent.EpochFinished event) {
    EpochOutcome outcome = event.outcome();
    StringBuilder text = new StringBuilder();
    text.append(
        String.format(
            Locale.ROOT,
            "epoch %d: loss %.4f, accuracy %.4f",
            outcome.epoch(),
            outcome.trainingLoss(),
            outcome.trainingAccuracy()));
    outcome
        .value(Metric.VALIDATION_LOSS)
        .ifPresent(
            loss ->
                text.append(
                    String.format(
                        Locale.ROOT,
                        ", validation loss %.4f, accuracy %.4f",
                        loss,
                        outcome.value(Metric.VALIDATION_ACCURACY).orElse(Double.NaN))));
    List<String> standard = StandardMetrics.all().stream().map(Metric::name).toList();
    outcome
        .values()
        .forEach(
            (name, value) -> {
              if (!standard.contains(name)) {
                text.append(String.format(Locale.ROOT, ", %s %.4f", name, value));
              }
            });
    text.append(String.format(Locale.ROOT, ", %.1f s", outcome.duration().toNanos() / 1e9));
    return text.append(event.best() ? "" : " (not the best)").toString();
  }

  private void open(String task, long steps) {
    close();
    if (terminal) {
      bar =
          new ProgressBarBuilder()
              .setTaskName(task)
              .setInitialMax(steps)
              .setStyle(ProgressBarStyle.ASCII)
              .clearDisplayOnFinish()
              .build();
    }
  }

  private void close() {
    ProgressBar shown = bar;
    if (shown != null) {
      shown.close();
      bar = null;
      barOfEpochs = false;
    }
  }

  @FormatMethod
  private void line(String format, Object... arguments) {
    close();
    out.println(String.format(Locale.ROOT, format, arguments));
  }
}
