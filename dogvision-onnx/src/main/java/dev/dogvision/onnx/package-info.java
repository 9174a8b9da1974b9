/**
 * ONNX: models as files that other runtimes take, {@link dev.dogvision.onnx.Onnx}, and an engine
 * that predicts on ONNX Runtime, {@link dev.dogvision.onnx.OnnxEngineProvider}, which is found as a
 * service.
 */
@NullMarked
@CheckReturnValue
package dev.dogvision.onnx;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
