package dev.dogvision.train;

import com.google.common.collect.ImmutableMap;
import dev.dogvision.data.Labels;
import dev.dogvision.image.Preprocessing;
import dev.dogvision.model.Backbone;
import dev.dogvision.model.TransferModel;
import dev.dogvision.spi.NetworkPlan;
import dev.dogvision.spi.Tensor;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a run starts from.
 *
 * @param model the network, its labels, and what of it is trained
 * @param weights every tensor of it
 * @param provenance how the weights came to be
 */
record StartingPoint(
    TransferModel model, Map<String, Tensor> weights, Map<String, String> provenance) {

  StartingPoint {
    weights = ImmutableMap.copyOf(weights);
    provenance = ImmutableMap.copyOf(provenance);
  }

  static StartingPoint of(TransferModel model) {
    Backbone backbone = model.backbone();
    ImmutableMap.Builder<String, String> provenance = ImmutableMap.builder();
    provenance.put("training.start", backbone.name());
    backbone.metadata().forEach((name, value) -> provenance.put("start." + name, value));
    return new StartingPoint(model, model.initialWeights(), provenance.buildOrThrow());
  }

  NetworkPlan plan() {
    return model.plan();
  }

  Labels labels() {
    return model.labels();
  }

  Preprocessing preprocessing() {
    return model.preprocessing();
  }

  /** Where to run, null for the best there is. */
  @Nullable String device() {
    return model.device().orElse(null);
  }

  /** How many stages at the backbone's end are trained. */
  int stages() {
    return plan().stages().size() - model.firstTrainableStage();
  }
}
