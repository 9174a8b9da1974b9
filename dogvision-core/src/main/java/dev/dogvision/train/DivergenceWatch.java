package dev.dogvision.train;

import org.jspecify.annotations.Nullable;

/**
 * Tells a run that has run away though its numbers are still finite.
 *
 * <p>Far off is a batch whose loss is over 1,000 times that of the run's first batch, or of blind
 * guessing (the logarithm of the number of labels) where that is more: a run that starts from good
 * weights has a small first loss, and its warm-up may well multiply it. A cross-entropy of 1,000
 * times blind guessing means logits that are thousands apart and wrong, which no ordinary spike
 * reaches; a rate so high that the head jumps about was seen at 400 times, and found back. Spikes
 * come back: only ten batches in a row that are far off, or two and more at the end of a phase, are
 * a divergence.
 */
final class DivergenceWatch {
  private static final double FAR = 1_000;
  private static final int IN_A_ROW = 10;
  private static final int AT_THE_END = 2;

  private final double blindGuess;
  private double first;
  private int inARow;

  /**
   * What a run remembers from epoch to epoch.
   *
   * @param first the first batch's loss; NaN before it
   * @param inARow how many batches in a row were far off
   */
  record State(double first, int inARow) {
    static final State START = new State(Double.NaN, 0);
  }

  DivergenceWatch(int classes, State state) {
    this.blindGuess = Math.max(1, Math.log(classes));
    this.first = state.first();
    this.inARow = state.inARow();
  }

  State state() {
    return new State(first, inARow);
  }

  boolean isFarOff() {
    return inARow > 0;
  }

  /**
   * Looks at a batch.
   *
   * @param loss its mean loss, finite
   * @return what is wrong, or null
   */
  @Nullable String see(double loss) {
    if (Double.isNaN(first)) {
      first = loss;
    }
    inARow = loss > FAR * Math.max(first, blindGuess) ? inARow + 1 : 0;
    return inARow >= IN_A_ROW ? message(loss) : null;
  }

  /** Looks at the last batch of a phase, whose loss is given. */
  @Nullable String end(double loss) {
    return inARow >= AT_THE_END ? message(loss) : null;
  }

  private String message(double loss) {
    return "the loss has left its first value, "
        + first
        + ", and stays over "
        + (int) FAR
        + " times as high for "
        + inARow
        + " batches; it is "
        + loss;
  }
}
