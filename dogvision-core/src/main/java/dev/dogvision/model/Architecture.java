package dev.dogvision.model;

import dev.dogvision.image.Preprocessing;
import dev.dogvision.spi.NetworkPlan;

/**
 * What a network is made of, as a value: either blocks that are known one by one and can all be
 * trained, or a published module of which nothing is known but what comes out of it. The input's
 * size and the pixels' normalisation are not part of it: they belong to the weights, see {@link
 * PretrainedConfig}.
 */
public sealed interface Architecture permits BlockArchitecture, ModuleArchitecture {
  /** What the head's tensors are called, whatever they are called in files. */
  String HEAD = "classifier.1";

  /**
   * What files call it.
   *
   * @return for example {@code efficientnet_lite2}
   */
  String name();

  /**
   * What tells it from others of its name.
   *
   * @return for example a width multiplier; may be empty
   */
  String variant();

  /**
   * Its name with the variant.
   *
   * @return for example {@code mobilenet_v2 1.0} or {@code efficientnet_lite2}
   */
  default String title() {
    return variant().isEmpty() ? name() : name() + " " + variant();
  }

  /**
   * The number of stages that can be trained one by one.
   *
   * @return for example 19; 0 for a published module, which is always frozen
   */
  int stages();

  /**
   * The network as an engine runs it.
   *
   * @param preprocessing says the input's size and how pixels are normalised
   * @param classes how many logits the head gives
   * @return its plan
   */
  NetworkPlan plan(Preprocessing preprocessing, int classes);
}
