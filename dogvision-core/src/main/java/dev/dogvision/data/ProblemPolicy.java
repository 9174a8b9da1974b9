package dev.dogvision.data;

/** What to do about examples that cannot be used. */
public enum ProblemPolicy {
  /** Refuse the whole data set with a {@link DatasetException} that names the examples. */
  FAIL,
  /** Leave the examples out, and count them in the {@link DatasetSummary}. */
  SKIP
}
