package dev.dogvision.onnx;

import static com.google.common.base.Preconditions.checkArgument;

import ai.onnx.proto.OnnxMl.ModelProto;
import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import com.google.errorprone.annotations.CanIgnoreReturnValue;
import com.google.gson.Gson;
import dev.dogvision.DogVisionException;
import dev.dogvision.MismatchException;
import dev.dogvision.data.Dataset;
import dev.dogvision.data.Example;
import dev.dogvision.image.ImageSource;
import dev.dogvision.image.Preprocessing;
import dev.dogvision.image.ResizeRule;
import dev.dogvision.internal.SetOnce;
import dev.dogvision.internal.WholeFile;
import dev.dogvision.model.TrainedModel;
import dev.dogvision.model.WeightsOrigin;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;

/**
 * Writes a model as an ONNX file that computes with numbers, or, where it is told to, with bytes:
 * quantized to int8. Such a file is a quarter as large and answers a little differently;
 * docs/export.md has the accuracy lost and the time won.
 *
 * <p>Weights become bytes from -127 to 127, with a scale for each output channel. What goes in and
 * comes out stays the same. The metadata say {@code quantization}.
 *
 * <p>Not thread-safe.
 */
public final class OnnxWriter {
  private static final Gson GSON = new Gson();
  private static final String ONE_WAY = "a model is quantized in one way";

  private final TrainedModel model;
  private final SetOnce once = new SetOnce();
  private boolean dynamic;
  private ImmutableList<ImageSource> calibration = ImmutableList.of();

  OnnxWriter(TrainedModel model) {
    this.model = model;
  }

  /**
   * Quantizes to int8 with scales of the values inside the network that are found anew in each
   * batch: no photographs are needed, and an answer depends a little on what else is in its batch.
   * Only convolutions of single pixels compute with bytes, which are most of the work.
   *
   * @return this
   * @throws IllegalStateException if it is to be quantized already
   */
  @CanIgnoreReturnValue
  public OnnxWriter dynamicInt8() {
    once.refuse("dynamicInt8()", ONE_WAY, "staticInt8");
    once.set("dynamicInt8");
    dynamic = true;
    return this;
  }

  /**
   * Quantizes to int8 with scales of the values inside the network that are found on photographs
   * when it is written.
   *
   * @param photographs for calibration: 100 or so of the kind that the model will see, those that
   *     it was trained on are fine, those that it is judged by are not; labels don't matter
   * @return this
   * @throws IllegalArgumentException if there are none
   * @throws IllegalStateException if it is to be quantized already
   */
  @CanIgnoreReturnValue
  public OnnxWriter staticInt8(Dataset photographs) {
    return staticInt8(photographs.examples().stream().map(Example::image).toList());
  }

  /**
   * As {@link #staticInt8(Dataset)}, with photographs from anywhere.
   *
   * @param photographs for calibration; each is read once, by {@link #write}
   * @return this
   * @throws IllegalArgumentException if there are none
   * @throws IllegalStateException if it is to be quantized already
   */
  @CanIgnoreReturnValue
  public OnnxWriter staticInt8(Iterable<ImageSource> photographs) {
    ImmutableList<ImageSource> all = ImmutableList.copyOf(photographs);
    checkArgument(
        !all.isEmpty(),
        "photographs: static int8 finds its scales on photographs, and there are none: give it 100"
            + " or so of the kind that the model will see, or take dynamicInt8(), which needs none");
    once.refuse("staticInt8(" + all.size() + ")", ONE_WAY, "dynamicInt8");
    once.set("staticInt8", all.size());
    calibration = all;
    return this;
  }

  /**
   * Writes the model as one file, whole or not at all.
   *
   * @param file the place; a file that is there is replaced
   * @return the file
   * @throws dev.dogvision.image.UnreadableImageException if a photograph for calibration can't be
   *     read
   * @throws DogVisionException if it can't be written; the place is then as it was before
   * @throws MismatchException if the model stands on a published module, whose inside is not known
   */
  @CanIgnoreReturnValue
  public Path write(Path file) {
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
    byte[] classifier =
        OnnxGraph.classifier(model.plan(), model.weights(), model.temperature(), metadata(model));
    try {
      byte[] onnx = quantized(classifier);
      WholeFile.write(file, out -> out.write(onnx));
    } catch (IOException e) {
      throw new DogVisionException(file + " can't be written: " + e, e);
    }
    return file;
  }

  private byte[] quantized(byte[] classifier) throws IOException {
    if (!dynamic && calibration.isEmpty()) {
      return classifier;
    }
    ModelProto graph = ModelProto.parseFrom(classifier);
    ModelProto rewritten =
        dynamic
            ? DynamicInt8.of(graph, "dynamic int8")
            : StaticInt8.of(
                graph,
                Calibration.ranges(
                    graph, StaticInt8.values(graph), model.preprocessing(), calibration),
                "static int8, calibrated on " + calibration.size() + " photographs");
    return rewritten.toByteArray();
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
