package dev.dogvision.djl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assertions.withinPercentage;

import dev.dogvision.Device;
import dev.dogvision.Optimizer;
import dev.dogvision.Precision;
import dev.dogvision.data.Labels;
import dev.dogvision.image.RgbImage;
import dev.dogvision.model.Architectures;
import dev.dogvision.model.Backbone;
import dev.dogvision.model.BlockArchitecture;
import dev.dogvision.model.TrainedModel;
import dev.dogvision.model.TransferModel;
import dev.dogvision.predict.Explanation;
import dev.dogvision.predict.Predictor;
import dev.dogvision.spi.ActivationBatch;
import dev.dogvision.spi.Engine;
import dev.dogvision.spi.Network;
import dev.dogvision.spi.NetworkPlan;
import dev.dogvision.spi.PixelBatch;
import dev.dogvision.spi.Segment;
import dev.dogvision.spi.StepResult;
import dev.dogvision.spi.Targets;
import dev.dogvision.spi.Tensor;
import dev.dogvision.spi.TrainableNetwork;
import dev.dogvision.spi.UpdateRule;
import dev.dogvision.spi.contract.ReferenceEngine;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What holds for every architecture that is registered, on pictures of few pixels. */
final class EveryArchitectureTest {
  private static final Engine ENGINE = new DjlEngineProvider().open();
  private static final Engine REFERENCE = new ReferenceEngine();
  private static final Labels LABELS = Labels.of("akita", "beagle", "collie");
  private static final int SIDE = 32;

  static List<BlockArchitecture> architectures() {
    return Architectures.registered();
  }

  private static TransferModel.Builder builder(BlockArchitecture architecture) {
    return TransferModel.of(Backbone.untrained(architecture, SIDE, 5)).labels(LABELS);
  }

  private static PixelBatch pictures(int size) {
    byte[] pixels = new byte[size * SIDE * SIDE * 3];
    new Random(7).nextBytes(pixels);
    return new PixelBatch(pixels, size, SIDE);
  }

  /** Weights whose head tells labels apart. */
  private static TrainedModel trained(BlockArchitecture architecture) {
    TransferModel model = builder(architecture).build();
    Tensor head = Tensor.zeros(LABELS.size(), model.plan().embeddingSize());
    Random random = new Random(9);
    for (int i = 0; i < head.size(); i++) {
      head.values()[i] = (float) random.nextGaussian() / 10;
    }
    return model.trained(Map.of(model.plan().headName() + ".weight", head), Map.of());
  }

  @ParameterizedTest
  @MethodSource("architectures")
  void its_answers_are_the_references(BlockArchitecture architecture) {
    TrainedModel model = trained(architecture);
    NetworkPlan plan = model.plan();
    try (Network network =
            ENGINE.open(plan, plan.whole(), model.weights(), Device.CPU, Precision.FLOAT32);
        Network reference =
            REFERENCE.open(plan, plan.whole(), model.weights(), Device.CPU, Precision.FLOAT32)) {
      assertThat(network.forward(pictures(1)).values())
          .containsExactly(reference.forward(pictures(1)).values(), within(1e-3f));
    }
  }

  @ParameterizedTest
  @MethodSource("architectures")
  void whatever_is_frozen_its_gradients_are_the_references(BlockArchitecture architecture) {
    TrainedModel model = trained(architecture);
    NetworkPlan plan = model.plan();
    Targets targets = new Targets(new float[] {0, 1, 0}, new float[] {1}, null);
    UpdateRule rule =
        new UpdateRule(
            Collections.nCopies(plan.stages().size(), 0.1), 0.1, 0, Double.POSITIVE_INFINITY, 0);
    int stages = plan.stages().size();
    // From a boundary on, as training does with what is frozen before it.
    for (int first : new int[] {stages, stages - 2}) {
      Segment segment = new Segment(Math.min(first, stages), plan.logitsPosition());
      float[] values = new float[plan.sizeAt(segment.from())];
      Random random = new Random(11);
      for (int i = 0; i < values.length; i++) {
        values[i] = random.nextFloat();
      }
      ActivationBatch batch = new ActivationBatch(values, 1);
      try (TrainableNetwork network = trainable(ENGINE, model, segment, first);
          TrainableNetwork reference = trainable(REFERENCE, model, segment, first)) {
        StepResult step = network.accumulate(batch, targets, 1);
        StepResult expected = reference.accumulate(batch, targets, 1);
        assertThat(step.loss()).isCloseTo(expected.loss(), withinPercentage(0.1));
        assertThat(network.update(rule)).isCloseTo(reference.update(rule), withinPercentage(0.1));
        Map<String, Tensor> changed = network.trainableWeights();
        reference
            .trainableWeights()
            .forEach(
                (name, tensor) ->
                    assertThat(largestDifference(changed.get(name), tensor))
                        .as(name)
                        .isLessThan(1e-3f));
      }
    }
  }

  private static float largestDifference(Tensor actual, Tensor expected) {
    float largest = 0;
    for (int i = 0; i < expected.size(); i++) {
      largest = Math.max(largest, Math.abs(actual.values()[i] - expected.values()[i]));
    }
    return largest;
  }

  private static TrainableNetwork trainable(
      Engine engine, TrainedModel model, Segment segment, int first) {
    return engine.openTrainable(
        model.plan(), segment, first, model.weights(), Optimizer.sgd(0), Device.CPU);
  }

  @ParameterizedTest
  @MethodSource("architectures")
  void it_is_saved_and_loaded_and_says_the_same_and_why(
      BlockArchitecture architecture, @TempDir Path folder) {
    TrainedModel model = trained(architecture);
    TrainedModel loaded = TrainedModel.load(model.save(folder.resolve("model")));

    assertThat(loaded.architecture()).isEqualTo(architecture);
    assertThat(loaded.fingerprint()).isEqualTo(model.fingerprint());
    byte[] rgb = new byte[40 * 36 * 3];
    new Random(3).nextBytes(rgb);
    RgbImage picture = new RgbImage(40, 36, rgb);
    try (Predictor predictor = Predictor.of(loaded)) {
      Explanation explanation = predictor.explain(picture);
      int side = loaded.plan().shapeAt(loaded.plan().featureMapPosition())[0];
      assertThat(explanation.map().side()).isEqualTo(side);
      assertThat(explanation.prediction().probabilities().keySet())
          .containsExactlyElementsOf(LABELS.names());
    }
  }

  @ParameterizedTest
  @MethodSource("architectures")
  void its_summary_counts_every_parameter(BlockArchitecture architecture) {
    TransferModel model = builder(architecture).fineTuneLast(2).build();
    long parameters =
        model.plan().tensorShapes(model.plan().whole()).values().stream()
            .mapToLong(shape -> shape.stream().mapToLong(i -> i).reduce(1, Math::multiplyExact))
            .sum();

    assertThat(model.summary().parameters()).isEqualTo(parameters);
    assertThat(model.summary().toString()).contains(architecture.title(), "frozen", "trainable");
    assertThat(model.firstTrainableStage()).isEqualTo(architecture.stages() - 2);
  }
}
