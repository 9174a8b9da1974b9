package dev.dogvision.data;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A photograph that resembles another, as {@link Neighbours} finds it.
 *
 * @param index its place in the embeddings searched, from 0
 * @param id its id
 * @param label its label, or null where none is known
 * @param similarity the cosine of the angle between the two embeddings, -1..1: 1 for the same
 *     photograph
 */
public record Neighbour(int index, String id, @Nullable String label, double similarity) {

  /** For people: {@code photo-7 (pug, 0.91)}. */
  @Override
  public String toString() {
    return id
        + String.format(
            Locale.ROOT, " (%s%.2f)", label == null ? "" : label.concat(", "), similarity);
  }
}
