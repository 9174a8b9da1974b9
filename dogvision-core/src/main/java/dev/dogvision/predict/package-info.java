/** Prediction with a trained or a pre-trained model. */
@NullMarked
@CheckReturnValue
package dev.dogvision.predict;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
