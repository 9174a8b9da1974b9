/**
 * ONNX: models as files that other runtimes take, {@link dev.dogvision.onnx.Onnx}, and an engine
 * that predicts on ONNX Runtime, {@link dev.dogvision.onnx.OnnxEngineProvider}, which is found as a
 * service.
 *
 * <p>A model for Python, a browser or a phone:
 *
 * <pre>{@code
 * TrainedModel model = TrainedModel.pretrained("fast");
 * Onnx.write(model, Path.of("dogs.onnx"));
 * }</pre>
 */
@NullMarked
@CheckReturnValue
package dev.dogvision.onnx;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
