/** How good a model is: accuracy, log-loss, per-breed figures, calibration. */
@NullMarked
package dev.dogvision.evaluate;

import org.jspecify.annotations.NullMarked;
