package dev.dogvision.predict;

import java.io.Console;
import java.io.PrintStream;
import java.time.Duration;
import java.util.Locale;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import org.jspecify.annotations.Nullable;

/** A bar on a terminal, a line every tenth of the way elsewhere. */
final class ConsoleProgress implements BatchPredictor.Progress, AutoCloseable {
  /** Pictures a line where nobody knows how many there are. */
  private static final int LINE_EVERY = 1000;

  private final String task;
  private final PrintStream out = System.err;
  private final @Nullable ProgressBar bar;
  private int tenths;

  /**
   * Begins to show.
   *
   * @param from how many pictures were done before; they do not count for the time left
   * @param total how many there are; negative where nobody knows
   */
  ConsoleProgress(String task, int from, int total) {
    this.task = task;
    this.tenths = tenths(from, total);
    if (from > 0) {
      out.println(String.format(Locale.ROOT, "%s goes on after %s of %s", task, from, total));
    }
    this.bar =
        total >= 0 && isTerminal()
            ? new ProgressBarBuilder()
                .setTaskName(task)
                .setInitialMax(total)
                .startsFrom(from, Duration.ZERO)
                .build()
            : null;
  }

  private static int tenths(int done, int total) {
    return total < 0 ? done / LINE_EVERY : (int) (10L * done / Math.max(1, total));
  }

  /** From Java 22 on there is a console object even where there is no terminal, and it says so. */
  @SuppressWarnings("SystemConsoleNull")
  private static boolean isTerminal() {
    Console console = System.console();
    if (console == null) {
      return false;
    }
    try {
      return (boolean) Console.class.getMethod("isTerminal").invoke(console);
    } catch (ReflectiveOperationException e) {
      return true; // Java 17 to 21
    }
  }

  @Override
  public void predicted(int done, int total) {
    if (bar != null) {
      bar.stepTo(done);
      return;
    }
    int reached = tenths(done, total);
    if (reached > tenths) {
      tenths = reached;
      out.println(
          total < 0
              ? String.format(Locale.ROOT, "%s: %s pictures", task, done)
              : String.format(Locale.ROOT, "%s: %s of %s pictures", task, done, total));
    }
  }

  @Override
  public void close() {
    if (bar != null) {
      bar.close();
    }
  }
}
