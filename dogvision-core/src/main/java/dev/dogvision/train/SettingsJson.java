package dev.dogvision.train;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import dev.dogvision.Optimizer;
import dev.dogvision.image.Augmentation;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/** A run's settings as JSON, and back. What is infinite or not set is left out. */
final class SettingsJson {
  private SettingsJson() {}

  static JsonObject write(TrainingSettings settings) {
    JsonObject json = new JsonObject();
    JsonArray phases = new JsonArray();
    for (Phase phase : settings.phases()) {
      JsonObject each = new JsonObject();
      each.addProperty("name", phase.name());
      each.addProperty("stages", phase.stages());
      each.addProperty("epochs", phase.epochs());
      each.addProperty("learningRate", phase.learningRate());
      phase
          .backboneLearningRate()
          .ifPresent(rate -> each.addProperty("backboneLearningRate", rate));
      phases.add(each);
    }
    json.add("phases", phases);
    json.addProperty("batchSize", settings.batchSize());
    json.addProperty("accumulate", settings.updates().accumulate());
    json.addProperty("seed", settings.seed());
    json.add("optimizer", optimizer(settings.updates().optimizer()));
    settings.rates().backbone().ifPresent(rate -> json.addProperty("backboneLearningRate", rate));
    json.addProperty("stageDecay", settings.rates().stageDecay());
    json.addProperty("weightDecay", settings.updates().weightDecay());
    if (Double.isFinite(settings.updates().gradientClipping())) {
      json.addProperty("gradientClipping", settings.updates().gradientClipping());
    }
    json.addProperty("movingAverage", settings.updates().movingAverage());
    json.add("schedule", schedule(settings.rates().schedule()));
    EarlyStopping early = settings.earlyStopping();
    if (early != null) {
      JsonObject each = new JsonObject();
      each.add("metric", metric(early.metric()));
      each.addProperty("patience", early.patience());
      each.addProperty("minimumDelta", early.minimumDelta());
      json.add("earlyStopping", each);
    }
    JsonArray metrics = new JsonArray();
    settings.metrics().forEach(metric -> metrics.add(metric(metric)));
    json.add("metrics", metrics);
    Augmentation augmentation = settings.augmentation();
    if (augmentation != null) {
      json.add("augmentation", numbers(augmentation.settings()));
    }
    json.addProperty("labelSmoothing", settings.loss().labelSmoothing());
    json.addProperty("balancedClasses", settings.loss().classWeights().balanced());
    json.add("classWeights", numbers(settings.loss().classWeights().weights()));
    TrainingSettings.Distillation distillation = settings.loss().distillation();
    if (distillation != null) {
      JsonObject each = new JsonObject();
      each.addProperty("temperature", distillation.temperature());
      each.addProperty("share", distillation.share());
      json.add("distillation", each);
    }
    json.addProperty("cacheBytes", settings.cacheBytes());
    return json;
  }

  static TrainingSettings read(JsonObject json) {
    List<Phase> phases = new ArrayList<>();
    for (JsonElement element : JsonField.of(json, "phases").getAsJsonArray()) {
      JsonObject phase = element.getAsJsonObject();
      phases.add(
          new Phase(
              JsonField.of(phase, "name").getAsString(),
              JsonField.of(phase, "stages").getAsInt(),
              JsonField.of(phase, "epochs").getAsInt(),
              JsonField.of(phase, "learningRate").getAsDouble(),
              optional(phase, "backboneLearningRate")));
    }
    List<Metric> metrics = new ArrayList<>();
    JsonField.of(json, "metrics")
        .getAsJsonArray()
        .forEach(each -> metrics.add(metric(each.getAsJsonObject())));
    JsonObject early = json.getAsJsonObject("earlyStopping");
    JsonObject augmentation = json.getAsJsonObject("augmentation");
    JsonObject distillation = json.getAsJsonObject("distillation");
    return new TrainingSettings(
        phases,
        JsonField.of(json, "batchSize").getAsInt(),
        JsonField.of(json, "seed").getAsLong(),
        new TrainingSettings.Updates(
            optimizer(JsonField.of(json, "optimizer").getAsJsonObject()),
            JsonField.of(json, "accumulate").getAsInt(),
            JsonField.of(json, "weightDecay").getAsDouble(),
            optional(json, "gradientClipping").orElse(Double.POSITIVE_INFINITY),
            JsonField.of(json, "movingAverage").getAsDouble()),
        new TrainingSettings.LearningRates(
            optional(json, "backboneLearningRate"),
            JsonField.of(json, "stageDecay").getAsDouble(),
            schedule(JsonField.of(json, "schedule").getAsJsonObject())),
        new TrainingSettings.Loss(
            JsonField.of(json, "labelSmoothing").getAsDouble(),
            new ClassWeights(
                JsonField.of(json, "balancedClasses").getAsBoolean(),
                numbers(JsonField.of(json, "classWeights").getAsJsonObject())),
            distillation == null
                ? null
                : new TrainingSettings.Distillation(
                    JsonField.of(distillation, "temperature").getAsDouble(),
                    JsonField.of(distillation, "share").getAsDouble())),
        earlyStopping(early),
        metrics,
        augmentation == null ? null : Augmentation.ofSettings(numbers(augmentation)),
        JsonField.of(json, "cacheBytes").getAsLong());
  }

  private static @Nullable EarlyStopping earlyStopping(@Nullable JsonObject json) {
    return json == null
        ? null
        : new EarlyStopping(
            metric(JsonField.of(json, "metric").getAsJsonObject()),
            JsonField.of(json, "patience").getAsInt(),
            JsonField.of(json, "minimumDelta").getAsDouble());
  }

  private static JsonObject metric(Metric metric) {
    JsonObject json = new JsonObject();
    json.addProperty("name", metric.name());
    json.addProperty("direction", metric.direction().name());
    json.addProperty("needsValidation", metric.needsValidation());
    return json;
  }

  private static Metric metric(JsonObject json) {
    return RecordedMetrics.named(
        JsonField.of(json, "name").getAsString(),
        Metric.Direction.valueOf(JsonField.of(json, "direction").getAsString()),
        JsonField.of(json, "needsValidation").getAsBoolean());
  }

  private static JsonObject optimizer(Optimizer optimizer) {
    JsonObject json = new JsonObject();
    if (optimizer instanceof Optimizer.AdamW rule) {
      json.addProperty("rule", "AdamW");
      moments(json, rule.beta1(), rule.beta2(), rule.epsilon());
    } else if (optimizer instanceof Optimizer.Adam rule) {
      json.addProperty("rule", "Adam");
      moments(json, rule.beta1(), rule.beta2(), rule.epsilon());
    } else if (optimizer instanceof Optimizer.Sgd rule) {
      json.addProperty("rule", "SGD");
      json.addProperty("momentum", rule.momentum());
    }
    return json;
  }

  private static void moments(JsonObject json, double beta1, double beta2, double epsilon) {
    json.addProperty("beta1", beta1);
    json.addProperty("beta2", beta2);
    json.addProperty("epsilon", epsilon);
  }

  private static Optimizer optimizer(JsonObject json) {
    String rule = JsonField.of(json, "rule").getAsString();
    return switch (rule) {
      case "AdamW" ->
          new Optimizer.AdamW(
              JsonField.of(json, "beta1").getAsDouble(),
              JsonField.of(json, "beta2").getAsDouble(),
              JsonField.of(json, "epsilon").getAsDouble());
      case "Adam" ->
          new Optimizer.Adam(
              JsonField.of(json, "beta1").getAsDouble(),
              JsonField.of(json, "beta2").getAsDouble(),
              JsonField.of(json, "epsilon").getAsDouble());
      case "SGD" -> new Optimizer.Sgd(JsonField.of(json, "momentum").getAsDouble());
      default -> throw new IllegalArgumentException("no optimizer is called " + rule);
    };
  }

  private static JsonObject schedule(Schedule schedule) {
    JsonObject json = new JsonObject();
    if (schedule instanceof Schedule.Constant) {
      json.addProperty("kind", "constant");
    } else if (schedule instanceof Schedule.Cosine cosine) {
      json.addProperty("kind", "cosine");
      if (!Double.isNaN(cosine.warmUpEpochs())) {
        json.addProperty("warmUpEpochs", cosine.warmUpEpochs());
      }
      json.addProperty("finalFactor", cosine.finalFactor());
    } else if (schedule instanceof Schedule.OneCycle cycle) {
      json.addProperty("kind", "oneCycle");
      json.addProperty("rise", cycle.rise());
      json.addProperty("startDivisor", cycle.startDivisor());
      json.addProperty("endDivisor", cycle.endDivisor());
    } else if (schedule instanceof Schedule.ReduceOnPlateau plateau) {
      json.addProperty("kind", "reduceOnPlateau");
      json.add("metric", metric(plateau.metric()));
      json.addProperty("factor", plateau.factor());
      json.addProperty("patience", plateau.patience());
      json.addProperty("minimumFactor", plateau.minimumFactor());
    }
    return json;
  }

  private static Schedule schedule(JsonObject json) {
    String kind = JsonField.of(json, "kind").getAsString();
    return switch (kind) {
      case "constant" -> new Schedule.Constant();
      case "cosine" ->
          new Schedule.Cosine(
              optional(json, "warmUpEpochs").orElse(Double.NaN),
              JsonField.of(json, "finalFactor").getAsDouble());
      case "oneCycle" ->
          new Schedule.OneCycle(
              JsonField.of(json, "rise").getAsDouble(),
              JsonField.of(json, "startDivisor").getAsDouble(),
              JsonField.of(json, "endDivisor").getAsDouble());
      case "reduceOnPlateau" ->
          new Schedule.ReduceOnPlateau(
              metric(JsonField.of(json, "metric").getAsJsonObject()),
              JsonField.of(json, "factor").getAsDouble(),
              JsonField.of(json, "patience").getAsInt(),
              JsonField.of(json, "minimumFactor").getAsDouble());
      default -> throw new IllegalArgumentException("no schedule is called " + kind);
    };
  }

  private static OptionalDouble optional(JsonObject json, String name) {
    return json.has(name)
        ? OptionalDouble.of(json.get(name).getAsDouble())
        : OptionalDouble.empty();
  }

  private static JsonObject numbers(Map<String, Double> values) {
    JsonObject json = new JsonObject();
    values.forEach(json::addProperty);
    return json;
  }

  private static Map<String, Double> numbers(JsonObject json) {
    Map<String, Double> values = new LinkedHashMap<>();
    json.entrySet().forEach(entry -> values.put(entry.getKey(), entry.getValue().getAsDouble()));
    return values;
  }
}
