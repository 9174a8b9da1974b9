package dev.dogvision.train;

import java.time.Duration;
import java.util.OptionalDouble;

/**
 * What one epoch gave.
 *
 * @param epoch which epoch of the run, from 1
 * @param phase the name of the {@link Phase} it belongs to
 * @param trainingLoss see {@link Metric#TRAINING_LOSS}
 * @param trainingAccuracy see {@link Metric#TRAINING_ACCURACY}
 * @param validationLoss see {@link Metric#VALIDATION_LOSS}; empty without validation data
 * @param validationAccuracy see {@link Metric#VALIDATION_ACCURACY}; empty without validation data
 * @param validationTop5Accuracy see {@link Metric#VALIDATION_TOP5_ACCURACY}; empty without
 *     validation data
 * @param learningRate the head's learning rate in the epoch's last update
 * @param duration wall time of the epoch with its validation
 * @param complete false if a listener stopped the run before the epoch had seen every image
 */
public record EpochResult(
    int epoch,
    String phase,
    double trainingLoss,
    double trainingAccuracy,
    OptionalDouble validationLoss,
    OptionalDouble validationAccuracy,
    OptionalDouble validationTop5Accuracy,
    double learningRate,
    Duration duration,
    boolean complete) {}
