package dev.dogvision.spring;

import dev.dogvision.predict.Predictor;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What health says of a predictor: that it is open, and which. Nothing is predicted for it, so a
 * probe costs nothing.
 *
 * @param up whether there is a predictor
 * @param details the model, its engine and device, or the reason
 */
record PredictorHealth(boolean up, Map<String, Object> details) {

  static PredictorHealth of(Predictor predictor) {
    if (predictor instanceof UnavailablePredictor unavailable) {
      return new PredictorHealth(false, Map.of("reason", unavailable.reason()));
    }
    Map<String, Object> details = new LinkedHashMap<>();
    details.put("model", predictor.model().architecture().title());
    details.put("breeds", predictor.model().labels().size());
    predictor.engine().ifPresent(engine -> details.put("engine", engine));
    details.put("device", predictor.device().toString());
    return new PredictorHealth(true, details);
  }
}
