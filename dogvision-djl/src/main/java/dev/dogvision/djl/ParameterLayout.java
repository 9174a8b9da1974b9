package dev.dogvision.djl;

import static java.util.Objects.requireNonNull;

import com.google.common.collect.ImmutableMap;
import dev.dogvision.DogVisionException;
import dev.dogvision.spi.Convolution;
import dev.dogvision.spi.NetworkPlan;
import dev.dogvision.spi.Segment;
import dev.dogvision.spi.Stage;
import dev.dogvision.spi.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;

/**
 * How all trainable tensors lie in one flat vector: stage by stage, the head last, and within each
 * of them the weights before the biases. One vector makes the gradient, the optimiser's moments and
 * the moving average one tensor each, so that an update is a handful of operations instead of a
 * handful for each of 106 tensors; and what shares a learning rate and a weight decay is one slice.
 *
 * <p>Kernels lie with their input channels innermost, as PyTorch's channels-last convolutions want
 * them.
 */
final class ParameterLayout {

  /**
   * A trainable tensor's place.
   *
   * @param name its name in the plan
   * @param shape its shape in the plan
   * @param offset where its first element lies in the vector
   */
  record Slot(String name, List<Integer> shape, int offset) {
    int size() {
      return shape.stream().reduce(1, Math::multiplyExact);
    }

    boolean isKernel() {
      return shape.size() == 4;
    }
  }

  /**
   * A slice of the vector that is updated alike.
   *
   * @param stage the stage's index, or the number of stages for the head
   * @param decays whether weight decay applies: not to biases
   * @param offset where it begins
   * @param length how many elements it has
   */
  record Group(int stage, boolean decays, int offset, int length) {}

  private final ImmutableMap<String, Slot> slots;
  private final List<Slot> planOrder;
  private final List<Group> groups;
  private final int size;
  private final boolean rotated;

  private ParameterLayout(
      ImmutableMap<String, Slot> slots,
      List<Slot> planOrder,
      List<Group> groups,
      int size,
      boolean rotated) {
    this.slots = slots;
    this.planOrder = planOrder;
    this.groups = groups;
    this.size = size;
    this.rotated = rotated;
  }

  /**
   * Lays out the trainable tensors of a part of a network, kernels as {@link Rotation180} wants
   * them.
   */
  static ParameterLayout of(NetworkPlan plan, Segment segment, int firstTrainableStage) {
    ImmutableMap<String, List<Integer>> shapes = plan.tensorShapes(segment);
    ImmutableMap.Builder<String, Slot> slots = ImmutableMap.builder();
    List<Group> groups = new ArrayList<>();
    int offset = 0;
    int stages = plan.stages().size();
    for (int i = firstTrainableStage; i <= stages; i++) {
      List<String> weights = new ArrayList<>();
      List<String> biases = new ArrayList<>();
      if (i < stages) {
        Stage stage = plan.stages().get(i);
        stage.convolutions().stream().map(Convolution::weightName).forEach(weights::add);
        stage.convolutions().stream().map(Convolution::biasName).forEach(biases::add);
      } else {
        weights.add(plan.headName() + ".weight");
        biases.add(plan.headName() + ".bias");
      }
      for (List<String> names : List.of(weights, biases)) {
        int start = offset;
        for (String name : names) {
          Slot slot = new Slot(name, requireNonNull(shapes.get(name)), offset);
          slots.put(name, slot);
          offset = Math.addExact(offset, slot.size());
        }
        groups.add(new Group(i, names == weights, start, offset - start));
      }
    }
    ImmutableMap<String, Slot> byName = slots.buildOrThrow();
    List<Slot> planOrder =
        shapes.keySet().stream().map(byName::get).filter(Objects::nonNull).toList();
    boolean rotated = Rotation180.of(plan, segment).rotated();
    return new ParameterLayout(byName, planOrder, List.copyOf(groups), offset, rotated);
  }

  /** The tensors in the order in which they lie. */
  List<Slot> slots() {
    return slots.values().asList();
  }

  List<Group> groups() {
    return groups;
  }

  /** The first stage that trains: the number of stages where only the head does. */
  int firstTrainableStage() {
    return groups.get(0).stage();
  }

  /** The vector's length. */
  int size() {
    return size;
  }

  /** Lays out every trainable tensor; others are ignored. */
  float[] flatten(Map<String, Tensor> tensors) {
    return flatten(tensors, "");
  }

  /** The same for tensors whose names have a prefix. */
  float[] flatten(Map<String, Tensor> tensors, String prefix) {
    float[] flat = new float[size];
    for (Slot slot : slots()) {
      float[] values = Tensor.required(tensors, prefix + slot.name(), slot.shape()).values();
      if (slot.isKernel()) {
        values = Weights.channelsLast(values, slot.shape());
        values = rotated ? Weights.rotated(values, slot.shape()) : values;
      }
      System.arraycopy(values, 0, flat, slot.offset(), values.length);
    }
    return flat;
  }

  /** The tensors that a vector holds, in the plan's order. */
  Map<String, Tensor> unflatten(float[] flat) {
    if (flat.length != size) {
      throw new DogVisionException(
          String.format(Locale.ROOT, "%d trainable values expected, got %d", size, flat.length));
    }
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    for (Slot slot : planOrder) {
      float[] values = new float[slot.size()];
      System.arraycopy(flat, slot.offset(), values, 0, values.length);
      if (slot.isKernel()) {
        values = rotated ? Weights.rotated(values, slot.shape()) : values;
        values = Weights.channelsFirst(values, slot.shape());
      }
      tensors.put(slot.name(), Tensor.of(values, slot.shape().stream().mapToInt(d -> d).toArray()));
    }
    return tensors;
  }
}
