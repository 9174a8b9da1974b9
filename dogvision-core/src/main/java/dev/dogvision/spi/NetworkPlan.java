package dev.dogvision.spi;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.ImmutableMap;
import dev.dogvision.MismatchException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A whole network as data: what an engine compiles and runs. It goes from RGB bytes through a chain
 * of stages to a feature map, from there by a mean over both sides to the embedding, and by a
 * linear layer, the head, to the logits.
 *
 * <p>In place of the stages there may be a {@link EmbeddingModule} that leads from the pixels to
 * the embedding at once: a network of no stages, without a feature map, of which only the head can
 * be trained.
 *
 * <p><b>Positions.</b> The places between stages are numbered, so that a network can be cut there.
 * With {@code S} stages: position 0 is the pixels, position {@code k} what enters stage {@code k}
 * (counted from 0), position {@code S} the last feature map, {@code S + 1} the embedding and {@code
 * S + 2} the logits. With a module these are 0, 1 and 2: the pixels, the embedding, the logits.
 *
 * @param inputSize height and width of the input in pixels
 * @param channelMeans three numbers in pixel units (0..255) that are subtracted from R, G, B
 * @param channelScales three numbers in pixel units that the difference is divided by
 * @param stages the chain, at least one stage, of which the first takes 3 channels; none where
 *     there is a module
 * @param module what stands in the stages' place
 * @param headName the prefix of the head's tensors, {@code .weight} shaped {@code [classes,
 *     embeddingSize]} and {@code .bias} shaped {@code [classes]}
 * @param classes how many logits the head gives
 */
public record NetworkPlan(
    int inputSize,
    List<Double> channelMeans,
    List<Double> channelScales,
    List<Stage> stages,
    Optional<EmbeddingModule> module,
    String headName,
    int classes) {

  /**
   * A network of stages.
   *
   * @param inputSize height and width of the input in pixels
   * @param channelMeans three numbers in pixel units (0..255)
   * @param channelScales three numbers in pixel units
   * @param stages the chain, at least one stage
   * @param headName the prefix of the head's tensors
   * @param classes how many logits the head gives
   */
  public NetworkPlan(
      int inputSize,
      List<Double> channelMeans,
      List<Double> channelScales,
      List<Stage> stages,
      String headName,
      int classes) {
    this(inputSize, channelMeans, channelScales, stages, Optional.empty(), headName, classes);
  }

  /** Checks that the stages fit together. */
  public NetworkPlan {
    channelMeans = List.copyOf(channelMeans);
    channelScales = List.copyOf(channelScales);
    stages = List.copyOf(stages);
    checkArgument(inputSize > 0, "inputSize must be positive, got %s", inputSize);
    checkArgument(channelMeans.size() == 3, "channelMeans needs 3 values: %s", channelMeans);
    checkArgument(
        channelScales.size() == 3 && channelScales.stream().allMatch(scale -> scale > 0),
        "channelScales needs 3 positive values: %s",
        channelScales);
    checkArgument(
        stages.isEmpty() == module.isPresent(),
        "a network needs at least one stage, or a module in the place of all; got %s and %s",
        stages,
        module);
    checkArgument(classes > 0, "classes must be positive, got %s", classes);
    int channels = 3;
    for (Stage stage : stages) {
      checkArgument(
          stage.inputChannels() == channels,
          "%s takes %s channels, but %s reach it",
          stage.name(),
          stage.inputChannels(),
          channels);
      channels = stage.outputChannels();
    }
  }

  /**
   * The position of the last feature map. A network with a module has none.
   *
   * @return the number of stages
   */
  public int featureMapPosition() {
    return stages.size();
  }

  /**
   * The position of the embedding.
   *
   * @return the number of stages and 1
   */
  public int embeddingPosition() {
    return stages.size() + 1;
  }

  /**
   * The position of the logits.
   *
   * @return the number of stages and 2
   */
  public int logitsPosition() {
    return stages.size() + 2;
  }

  /**
   * The length of the embedding.
   *
   * @return the channels that leave the last stage, or what the module gives
   */
  public int embeddingSize() {
    if (module.isPresent()) {
      return module.get().embeddingSize();
    }
    return stages.get(stages.size() - 1).outputChannels();
  }

  /**
   * The shape of one image's data at a position, without the batch dimension.
   *
   * @param position from 0 to {@link #logitsPosition()}
   * @return {@code [height, width, channels]} up to the feature map, {@code [embeddingSize]}, or
   *     {@code [classes]}
   */
  public int[] shapeAt(int position) {
    checkArgument(
        position >= 0 && position <= logitsPosition(),
        "position %s is not in 0..%s",
        position,
        logitsPosition());
    if (position == logitsPosition()) {
      return new int[] {classes};
    }
    if (position == embeddingPosition()) {
      return new int[] {embeddingSize()};
    }
    int side = inputSize;
    int channels = 3;
    for (int i = 0; i < position; i++) {
      side = stages.get(i).outputSize(side);
      channels = stages.get(i).outputChannels();
    }
    return new int[] {side, side, channels};
  }

  /**
   * The number of values that one image has at a position.
   *
   * @param position from 0 to {@link #logitsPosition()}
   * @return the product of {@link #shapeAt}
   */
  public int sizeAt(int position) {
    int size = 1;
    for (int dimension : shapeAt(position)) {
      size *= dimension;
    }
    return size;
  }

  /**
   * The tensors that a part of the network needs.
   *
   * @param segment which part
   * @return name to shape, in the network's order
   */
  public ImmutableMap<String, List<Integer>> tensorShapes(Segment segment) {
    ImmutableMap.Builder<String, List<Integer>> shapes = ImmutableMap.builder();
    for (int i = segment.from(); i < Math.min(segment.to(), stages.size()); i++) {
      for (Convolution convolution : stages.get(i).convolutions()) {
        shapes.put(
            convolution.weightName(),
            List.of(
                convolution.outputChannels(),
                convolution.inputChannels() / convolution.groups(),
                convolution.kernelSize(),
                convolution.kernelSize()));
        shapes.put(convolution.biasName(), List.of(convolution.outputChannels()));
      }
    }
    if (segment.to() == logitsPosition()) {
      shapes.put(headName + ".weight", List.of(classes, embeddingSize()));
      shapes.put(headName + ".bias", List.of(classes));
    }
    return shapes.buildOrThrow();
  }

  /**
   * Checks that weights hold what a part of the network needs; for engines.
   *
   * @param segment which part
   * @param weights by name; surplus ones are ignored
   * @throws MismatchException naming the first tensor that is missing or has another shape
   */
  public void checkTensors(Segment segment, Map<String, Tensor> weights) {
    tensorShapes(segment)
        .forEach(
            (name, shape) -> {
              Tensor unused = Tensor.required(weights, name, shape);
            });
  }

  /**
   * Checks that a batch is what a part of the network takes; for engines.
   *
   * @param segment which part
   * @param batch pixels where it starts at 0, activations elsewhere
   * @throws IllegalArgumentException if it is something else, or of another size
   */
  public void checkInput(Segment segment, Batch batch) {
    int[] shape = shapeAt(segment.from());
    if (batch instanceof PixelBatch pixels) {
      checkArgument(
          segment.from() == 0,
          "this network starts at position %s and takes activations of shape %s, not pixels",
          segment.from(),
          Arrays.toString(shape));
      checkArgument(
          pixels.side() == inputSize,
          "this network takes pictures of %s x %s pixels, got %s x %s",
          inputSize,
          inputSize,
          pixels.side(),
          pixels.side());
    } else if (batch instanceof ActivationBatch activations) {
      checkArgument(
          segment.from() > 0, "this network starts at the pixels and does not take activations");
      checkArgument(
          activations.valuesPerImage() == sizeAt(segment.from()),
          "this network takes activations of shape %s, %s values an image; got %s",
          Arrays.toString(shape),
          sizeAt(segment.from()),
          activations.valuesPerImage());
    }
  }

  /**
   * The same network with another number of classes.
   *
   * @param newClasses how many logits the head gives
   * @return the changed plan
   */
  public NetworkPlan withClasses(int newClasses) {
    return new NetworkPlan(
        inputSize, channelMeans, channelScales, stages, module, headName, newClasses);
  }

  /**
   * The whole network, from pixels to logits.
   *
   * @return the segment from 0 to {@link #logitsPosition()}
   */
  public Segment whole() {
    return new Segment(0, logitsPosition());
  }
}
