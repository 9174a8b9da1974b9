package dev.dogvision.model;

import static com.google.common.base.Preconditions.checkArgument;
import static java.util.Objects.requireNonNull;

import com.google.common.collect.ImmutableMap;
import com.google.common.primitives.Ints;
import dev.dogvision.data.Labels;
import dev.dogvision.internal.BreedNames;
import dev.dogvision.internal.Excerpt;
import dev.dogvision.spi.NetworkPlan;
import dev.dogvision.spi.Tensor;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Takes some rows of a head, which has one for each label. */
final class HeadRows {
  private HeadRows() {}

  /**
   * The weights with the rows of some labels alone.
   *
   * @param known the labels of the rows that there are
   * @param kept those whose rows stay, in their order
   * @throws IllegalArgumentException if one of them means no row or two mean the same
   */
  static ImmutableMap<String, Tensor> of(
      NetworkPlan plan, Map<String, Tensor> weights, Labels known, Labels kept) {
    int[] rows = rows(known, kept);
    ImmutableMap.Builder<String, Tensor> narrowed = ImmutableMap.builder();
    weights.forEach(
        (name, tensor) ->
            narrowed.put(
                name,
                name.equals(plan.headName() + ".weight") || name.equals(plan.headName() + ".bias")
                    ? rowsOf(tensor, rows)
                    : tensor));
    return narrowed.buildOrThrow();
  }

  private static Tensor rowsOf(Tensor tensor, int[] rows) {
    int[] shape = Ints.toArray(tensor.shape());
    int length = tensor.size() / shape[0];
    shape[0] = rows.length;
    Tensor some = Tensor.zeros(shape);
    for (int i = 0; i < rows.length; i++) {
      System.arraycopy(tensor.values(), rows[i] * length, some.values(), i * length, length);
    }
    return some;
  }

  private static int[] rows(Labels known, Labels kept) {
    List<String> respelled = kept.names().stream().filter(name -> !known.contains(name)).toList();
    Map<String, String> meant = BreedNames.meant(respelled, known.names());
    List<String> unknown = respelled.stream().filter(name -> !meant.containsKey(name)).toList();
    checkArgument(
        unknown.isEmpty(),
        "labels that the model does not know, %s of %s: %s; it knows %s",
        unknown.size(),
        kept.size(),
        Excerpt.names(unknown),
        Excerpt.names(known.names()));
    Map<String, String> first = new HashMap<>();
    int[] rows = new int[kept.size()];
    for (String name : kept.names()) {
      String own = known.contains(name) ? name : requireNonNull(meant.get(name));
      String other = first.putIfAbsent(own, name);
      checkArgument(
          other == null,
          "labels '%s' and '%s' both mean the model's '%s': keep one of them",
          other == null ? "" : Excerpt.of(other),
          Excerpt.of(name),
          Excerpt.of(own));
      rows[kept.index(name)] = known.index(own);
    }
    return rows;
  }
}
