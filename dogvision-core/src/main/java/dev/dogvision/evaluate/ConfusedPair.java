package dev.dogvision.evaluate;

/**
 * One breed taken for another.
 *
 * @param truth what the photographs show
 * @param predicted what they were called
 * @param count how many
 * @param share of the photographs that show {@code truth}, 0..1
 */
public record ConfusedPair(String truth, String predicted, int count, double share) {}
