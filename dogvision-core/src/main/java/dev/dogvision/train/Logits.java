package dev.dogvision.train;

/** What a row of logits says about a label. All methods read one row of a batch's logits. */
final class Logits {
  private Logits() {}

  /** The label with the largest logit; the first of them where several are equal. */
  static int largest(float[] logits, int offset, int classes) {
    int best = 0;
    for (int i = 1; i < classes; i++) {
      if (logits[offset + i] > logits[offset + best]) {
        best = i;
      }
    }
    return best;
  }

  /** How many labels come before the given one, by logit and then by index. */
  static int rank(float[] logits, int offset, int classes, int label) {
    float own = logits[offset + label];
    int rank = 0;
    for (int i = 0; i < classes; i++) {
      float other = logits[offset + i];
      if (other > own || (other == own && i < label)) {
        rank++;
      }
    }
    return rank;
  }

  /** The cross-entropy of the one right label, natural logarithm. */
  static double crossEntropy(float[] logits, int offset, int classes, int label) {
    double largest = logits[offset + largest(logits, offset, classes)];
    double sum = 0;
    for (int i = 0; i < classes; i++) {
      sum += StrictMath.exp(logits[offset + i] - largest);
    }
    return largest + StrictMath.log(sum) - logits[offset + label];
  }
}
