package dev.dogvision.model;

import dev.dogvision.image.Preprocessing;
import java.util.Locale;

/** The README of a model's folder. */
final class ModelCard {
  private ModelCard() {}

  static String text(TrainedModel model) {
    Preprocessing preprocessing = model.preprocessing();
    StringBuilder card = new StringBuilder();
    line(card, "# A classifier of %s labels", model.labels().size());
    line(card, "");
    if (model.architecture() instanceof ModuleArchitecture published) {
      line(
          card,
          "Made by DogVision: a head for the backbone published at %s (SHA-256 %s). Load this"
              + " folder with `TrainedModel.load(Path, Backbone.torchScript(url))`; keep its files"
              + " together.",
          published.module().url(),
          published.module().sha256());
      line(card, "Nothing in it can execute. The backbone is code: be sure that you trust it.");
    } else {
      line(
          card,
          "Made by DogVision. Load this folder with `Predictor.load(Path)`; keep its files"
              + " together.");
      line(card, "Nothing in it can execute.");
    }
    line(card, "");
    line(card, "## The network");
    line(card, "- %s", model.architecture().title());
    line(
        card,
        "- Input: %s x %s pixels, RGB, %s, %s; (pixel - %s) / %s",
        preprocessing.size(),
        preprocessing.size(),
        preprocessing.resizeRule().name().toLowerCase(Locale.ROOT).replace('_', ' '),
        preprocessing.interpolation().text(),
        preprocessing.channelMeans(),
        preprocessing.channelScales());
    line(card, "- Temperature of the probabilities: %s", model.temperature());
    line(
        card,
        "- Unsure below: %s",
        model
            .confidenceThreshold()
            .map(threshold -> threshold.score().text() + " " + threshold.value())
            .orElse("no threshold was fitted"));
    line(
        card,
        "- Breeds can be added without the photographs of these: %s",
        model.statistics().isPresent()
            ? "yes, it remembers the means and the spread of their embeddings"
            : "no, it remembers nothing of them");
    line(card, "");
    line(card, "## The weights that it started from");
    line(card, "- Source: %s", known(model.origin().source()));
    line(card, "- Licence: %s", known(model.origin().licence()));
    line(card, "- Trained on: %s", known(model.origin().trainedOn()));
    line(card, "");
    line(card, "## How it came to be");
    if (model.provenance().isEmpty()) {
      line(card, "Not recorded.");
    }
    model.provenance().forEach((name, value) -> line(card, "- %s: %s", name, value));
    line(card, "");
    line(card, "## Limits");
    line(
        card,
        "It answers with one of its labels whatever it is shown, and knows neither mixed breeds nor"
            + " breeds that are not listed below. Look at `Prediction.isUnsure()`.");
    line(card, "");
    line(card, "## Labels");
    model.labels().names().forEach(label -> line(card, "- %s", label));
    return card.toString();
  }

  private static void line(StringBuilder card, String format, Object... arguments) {
    card.append(String.format(Locale.ROOT, format, arguments)).append('\n');
  }

  private static String known(String text) {
    return text.isEmpty() ? "not recorded" : text;
  }
}
