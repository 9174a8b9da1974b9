package dev.dogvision.train;

import static java.util.Objects.requireNonNull;

import com.google.common.collect.ImmutableMap;
import dev.dogvision.data.Labels;
import dev.dogvision.image.Preprocessing;
import dev.dogvision.model.Backbone;
import dev.dogvision.model.ConfidenceThreshold.Score;
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

  /**
   * What tells best how sure the trained model is. The logits of a head that knew most labels from
   * the start stand for how much of each breed is there, and so does their energy; those of a head
   * that began with nothing are what they are only beside each other.
   */
  Score unsureScore() {
    float[] head =
        requireNonNull(weights.get(plan().headName() + ".weight"), "head's weights").values();
    int length = plan().embeddingSize();
    int known = 0;
    for (int label = 0; label < labels().size(); label++) {
      for (int i = label * length; i < (label + 1) * length; i++) {
        if (head[i] != 0) {
          known++;
          break;
        }
      }
    }
    return 2 * known > labels().size() ? Score.ENERGY : Score.MAXIMUM_PROBABILITY;
  }

  /** How many of the head's rows, from the first, stay as they are. */
  int fixedRows() {
    return model.remembered().map(known -> known.labels().size()).orElse(0);
  }

  /** How many stages at the backbone's end are trained. */
  int stages() {
    return plan().stages().size() - model.firstTrainableStage();
  }
}
