package dev.dogvision.evaluate;

/**
 * How well one breed is recognised.
 *
 * @param label the breed
 * @param support how many photographs show it
 * @param precision of the photographs called this breed, the share that show it, 0..1; NaN where
 *     none was called so
 * @param recall of the photographs that show it, the share called so, 0..1; NaN where none shows it
 * @param f1 the harmonic mean of precision and recall, {@code 2 tp / (2 tp + fp + fn)}, 0..1; 0
 *     where the breed is only shown or only called; NaN where it is neither
 */
public record BreedScore(String label, int support, double precision, double recall, double f1) {}
