/**
 * How good a model is, and whether its percentages can be trusted: accuracy, log-loss, per-breed
 * figures, confusions, calibration, comparison of two models. Everything here is computed from
 * plain labels and probabilities; no engine is needed, and every type is immutable.
 *
 * <p>Where a figure has a name in scikit-learn it has the same value as there, with its default
 * arguments unless the method says otherwise.
 */
@NullMarked
@CheckReturnValue
package dev.dogvision.evaluate;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
