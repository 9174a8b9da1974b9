/**
 * How good a model is, and whether its percentages can be trusted: accuracy, log-loss, per-breed
 * figures, confusions, calibration, comparison of two models. Everything here is computed from
 * plain labels and probabilities; no engine is needed, and every type is immutable.
 *
 * <p>Where a figure has a name in scikit-learn it has the same value as there, with its default
 * arguments unless the method says otherwise.
 *
 * <p>A model on labelled photographs that it has not seen:
 *
 * <pre>{@code
 * Dataset dogs = DatasetBuilder.fromFolders(Path.of("dogs")).build();
 * try (Predictor predictor = Predictor.pretrained()) {
 *   Evaluation evaluation = predictor.evaluate(dogs);
 *   System.out.println(evaluation.accuracy() + ", log-loss " + evaluation.logLoss());
 * }
 * }</pre>
 */
@NullMarked
@CheckReturnValue
package dev.dogvision.evaluate;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
