/**
 * Prediction with a trained or a pre-trained model.
 *
 * <p>The breed of a photograph, with nothing trained:
 *
 * <pre>{@code
 * try (Predictor predictor = Predictor.pretrained()) {
 *   Prediction prediction = predictor.predict(Path.of("teo.jpg"));
 *   System.out.println(prediction.best() + ", unsure because of " + prediction.doubts());
 * }
 * }</pre>
 */
@NullMarked
@CheckReturnValue
package dev.dogvision.predict;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
