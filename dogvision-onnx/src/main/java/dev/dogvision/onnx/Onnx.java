package dev.dogvision.onnx;

import ai.onnx.proto.OnnxMl.ModelProto;
import com.google.common.collect.ImmutableMap;
import com.google.errorprone.annotations.CanIgnoreReturnValue;
import com.google.gson.Gson;
import dev.dogvision.DogVisionException;
import dev.dogvision.MismatchException;
import dev.dogvision.image.Preprocessing;
import dev.dogvision.image.ResizeRule;
import dev.dogvision.internal.WholeFile;
import dev.dogvision.model.TrainedModel;
import dev.dogvision.model.WeightsOrigin;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;

/**
 * Writes models as ONNX files, for runtimes other than this library's: browsers, phones, Python.
 */
public final class Onnx {
  private static final Gson GSON = new Gson();

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
    model
        .plan()
        .module()
        .ifPresent(
            module -> {
              throw new MismatchException(
                  module.url(),
                  "a model on the published module "
                      + module.url()
                      + " can't be written as ONNX, since nothing is known of that but its"
                      + " embedding: train one on a backbone of weights (Backbone.read)");
            });
    ModelProto onnx =
        OnnxGraph.classifier(model.plan(), model.weights(), model.temperature(), metadata(model));
    try {
      WholeFile.write(file, onnx::writeTo);
    } catch (IOException e) {
      throw new DogVisionException(file + " can't be written: " + e, e);
    }
    return file;
  }

  private static ImmutableMap<String, String> metadata(TrainedModel model) {
    Preprocessing preprocessing = model.preprocessing();
    ImmutableMap.Builder<String, String> metadata = ImmutableMap.builder();
    metadata.put("labels", GSON.toJson(model.labels().names()));
    metadata.put("preprocessing", GSON.toJson(described(preprocessing)));
    metadata.put("temperature", String.valueOf(model.temperature()));
    model
        .confidenceThreshold()
        .ifPresent(
            threshold ->
                metadata.put(
                    "confidence_threshold",
                    GSON.toJson(
                        ImmutableMap.of(
                            "score", threshold.score().text(), "threshold", threshold.value()))));
    WeightsOrigin origin = model.origin();
    metadata.put(
        "origin",
        GSON.toJson(
            ImmutableMap.of(
                "source", origin.source(),
                "licence", origin.licence(),
                "trained_on", origin.trainedOn())));
    metadata.put("fingerprint", model.fingerprint());
    metadata.put("provenance", GSON.toJson(model.provenance()));
    return metadata.buildOrThrow();
  }

  /** Means and scales are not in it: they are part of the graph. */
  private static ImmutableMap<String, Object> described(Preprocessing preprocessing) {
    ImmutableMap.Builder<String, Object> description = ImmutableMap.builder();
    description.put("size", preprocessing.size());
    description.put("channels", "rgb");
    description.put("resize", preprocessing.resizeRule().name().toLowerCase(Locale.ROOT));
    description.put("crop_fraction", preprocessing.cropFraction());
    description.put("interpolation", preprocessing.interpolation().text());
    if (preprocessing.resizeRule() == ResizeRule.PAD) {
      description.put("pad_color", preprocessing.channelMeans().stream().map(Math::round).toList());
    }
    return description.buildOrThrow();
  }
}
