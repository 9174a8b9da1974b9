package dev.dogvision.evaluate;

/**
 * A photograph whose most probable breed is not the true one.
 *
 * @param row its place in the evaluation, from 0
 * @param id its id
 * @param truth the true breed
 * @param predicted the most probable breed
 * @param probability the probability of {@code predicted}, 0..1
 * @param truthProbability the probability of {@code truth}, 0..1
 * @param loss what the photograph adds to the log-loss before it is averaged: minus the logarithm
 *     of {@code truthProbability}, clipped as {@link Evaluation#logLoss()} says
 */
public record Mistake(
    int row,
    String id,
    String truth,
    String predicted,
    double probability,
    double truthProbability,
    double loss) {}
