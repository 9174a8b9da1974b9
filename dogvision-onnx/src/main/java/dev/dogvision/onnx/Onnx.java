package dev.dogvision.onnx;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import dev.dogvision.DogVisionException;
import dev.dogvision.MismatchException;
import dev.dogvision.model.TrainedModel;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Writes models as ONNX files, for runtimes other than this library's: browsers, phones, Python.
 */
public final class Onnx {
  private Onnx() {}

  /**
   * Writes a model as one ONNX file, whole or not at all: operator set 17.
   *
   * <p>What goes in is {@code input}, {@code uint8[batch, size, size, 3]}: RGB pictures that were
   * made square as the model's preprocessing says; normalising is part of the graph. What comes out
   * is {@code probabilities} and {@code logits}, both {@code float32[batch, labels]}, and {@code
   * embedding}, {@code float32[batch, embedding size]}. The probabilities are at the model's
   * temperature.
   *
   * <p>The file's metadata have {@code labels}, a JSON array in the order of the outputs; {@code
   * preprocessing}, a JSON object; {@code temperature}; {@code confidence_threshold} where the
   * model has one; {@code origin}, a JSON object with the {@code source} and the {@code licence} of
   * the weights that it started from, empty where they are not known; {@code fingerprint}; and the
   * model's provenance as a JSON object. docs/export.md says how to read and apply them.
   *
   * @param model the model
   * @param file the place; a file that is there is replaced
   * @return the file
   * @throws DogVisionException if it can't be written; the place is then as it was before
   * @throws MismatchException if the model stands on a published module, whose inside is not known
   */
  @CanIgnoreReturnValue
  public static Path write(TrainedModel model, Path file) {
    return writer(model).write(file);
  }

  /**
   * A writer that can quantize the model; without more said, it writes what {@link #write} does.
   *
   * <pre>{@code
   * Onnx.writer(model).staticInt8(photographs).write(Path.of("dogs-int8.onnx"));
   * }</pre>
   *
   * @param model the model
   * @return the writer
   */
  public static OnnxWriter writer(TrainedModel model) {
    return new OnnxWriter(model);
  }

  /**
   * The folder in which ONNX Runtime's native libraries are kept from one start to the next, in a
   * folder for each version: {@code dogvision} in the user's cache, or what the system property
   * {@code dogvision.onnx.libraries} says.
   *
   * @return the folder, which need not be there; empty where they are not kept, and are copied anew
   *     at each start
   */
  public static Optional<Path> libraryFolder() {
    return KeptLibraries.folder();
  }
}
