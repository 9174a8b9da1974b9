/** Prediction with a trained or a pre-trained model. */
@NullMarked
package dev.dogvision.predict;

import org.jspecify.annotations.NullMarked;
