package dev.dogvision.train;

import com.google.common.collect.ImmutableMap;
import dev.dogvision.data.Labels;
import dev.dogvision.image.Preprocessing;
import dev.dogvision.spi.NetworkPlan;
import dev.dogvision.spi.Tensor;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a run starts from.
 *
 * @param plan the network, with as many classes as there are labels
 * @param labels in the order of the logits
 * @param preprocessing what makes a photograph fit the network
 * @param weights every tensor of the network
 * @param stages how many stages at the backbone's end are trained
 * @param device where to run, null for the best there is
 * @param backbone the backbone's name, for people
 */
record StartingPoint(
    NetworkPlan plan,
    Labels labels,
    Preprocessing preprocessing,
    Map<String, Tensor> weights,
    int stages,
    @Nullable String device,
    String backbone) {

  StartingPoint {
    weights = ImmutableMap.copyOf(weights);
  }
}
