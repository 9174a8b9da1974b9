package dev.dogvision.spi;

import static com.google.common.base.Preconditions.checkArgument;

/**
 * A part of a network between two positions, as {@link NetworkPlan} numbers them: {@code (0,
 * embedding)} is the backbone, {@code (embedding, logits)} the head, {@code (k, logits)} what is
 * left to run when activations are cached at position {@code k}.
 *
 * @param from where it starts
 * @param to where it ends, after {@code from}
 */
public record Segment(int from, int to) {

  /** Checks the order. */
  public Segment {
    checkArgument(from >= 0 && from < to, "a segment runs forward, got %s to %s", from, to);
  }
}
