package dev.dogvision.benchmarks;

import ai.djl.Model;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import ai.djl.training.DefaultTrainingConfig;
import ai.djl.training.GradientCollector;
import ai.djl.training.ParameterStore;
import ai.djl.training.Trainer;
import ai.djl.training.initializer.XavierInitializer;
import ai.djl.training.loss.Loss;
import ai.djl.training.optimizer.Optimizer;
import ai.djl.training.tracker.Tracker;
import dev.dogvision.Device;
import dev.dogvision.Precision;
import dev.dogvision.model.Backbone;
import dev.dogvision.spi.ActivationBatch;
import dev.dogvision.spi.Engine;
import dev.dogvision.spi.Engines;
import dev.dogvision.spi.Network;
import dev.dogvision.spi.NetworkPlan;
import dev.dogvision.spi.PixelBatch;
import java.nio.ByteBuffer;
import java.util.Locale;
import java.util.Random;

/**
 * The bare network: our forward pass and training step beside what somebody would write with DJL
 * alone, in one run. The weights' values do not matter to the time, so an untrained backbone
 * serves.
 */
public final class NetworkBenchmark {
  private static final int CLASSES = 120;

  private NetworkBenchmark() {}

  /**
   * Prints the tables.
   *
   * @param arguments {@code forward}, {@code step} or nothing for both
   */
  public static void main(String[] arguments) {
    String what = arguments.length == 0 ? "both" : arguments[0];
    Engine engine = Engines.forTraining();
    Backbone backbone = Backbone.untrained(1.0, 224, 13);
    System.out.printf(
        Locale.ROOT,
        "%s, %s, %d processors, Java %s%n%n",
        engine.name(),
        engine.version(),
        Runtime.getRuntime().availableProcessors(),
        Runtime.version());
    if (!what.equals("step")) {
      for (int size : new int[] {1, 8, 32}) {
        forward(engine, backbone, size);
      }
    }
    if (!what.equals("forward")) {
      step(engine, backbone, 16);
    }
  }

  private static byte[] pixels(int images) {
    byte[] pixels = new byte[images * 224 * 224 * 3];
    new Random(1).nextBytes(pixels);
    return pixels;
  }

  private static void forward(Engine engine, Backbone backbone, int size) {
    NetworkPlan plan = backbone.plan();
    byte[] pixels = pixels(size);
    PixelBatch batch = new PixelBatch(pixels, size, 224);
    try (Network ours =
            engine.open(plan, plan.whole(), backbone.weights(), Device.CPU, Precision.FLOAT32);
        DjlMobileNetV2.Operations operations =
            new DjlMobileNetV2.Operations(plan, backbone.weights());
        Model model = Model.newInstance("blocks");
        NDManager manager = NDManager.newBaseManager()) {
      model.setBlock(DjlMobileNetV2.blocks(plan));
      model.getBlock().setInitializer(new XavierInitializer(), Parameter.Type.WEIGHT);
      model.getBlock().initialize(manager, DataType.FLOAT32, new Shape(size, 3, 224, 224));
      ParameterStore parameters = new ParameterStore(manager, false);
      System.out.println(
          SideBySide.table(
              "Forward pass, batches of " + size,
              new SideBySide()
                  .add(
                      "DogVision",
                      () -> {
                        ActivationBatch unused = ours.forward(batch);
                      })
                  .add(
                      "DJL, blocks with batch norm",
                      () -> {
                        try (NDManager scope = manager.newSubManager()) {
                          NDArray input = scaled(scope, pixels, size);
                          model
                              .getBlock()
                              .forward(parameters, new NDList(input), false)
                              .singletonOrThrow()
                              .toFloatArray();
                        }
                      })
                  .add(
                      "DJL, NDArray operations, batch norm folded",
                      () -> operations.forward(pixels, size))
                  .run(12, size == 1 ? 60 : 15),
              size));
    }
  }

  private static NDArray scaled(NDManager scope, byte[] pixels, int size) {
    return scope
        .create(ByteBuffer.wrap(pixels), new Shape(size, 224, 224, 3), DataType.UINT8)
        .transpose(0, 3, 1, 2)
        .toType(DataType.FLOAT32, false)
        .sub(127.5)
        .div(127.5);
  }

  private static void step(Engine engine, Backbone backbone, int size) {
    NetworkPlan plan = backbone.plan().withClasses(CLASSES);
    byte[] pixels = pixels(size);
    PixelBatch batch = new PixelBatch(pixels, size, 224);
    float[] labels = new float[size];
    for (int i = 0; i < size; i++) {
      labels[i] = i;
    }
    DefaultTrainingConfig configuration =
        new DefaultTrainingConfig(Loss.softmaxCrossEntropyLoss())
            .optOptimizer(Optimizer.adam().optLearningRateTracker(Tracker.fixed(1e-4f)).build());
    try (BareTrainingStep ours = new BareTrainingStep(engine, backbone, batch, CLASSES);
        Model model = Model.newInstance("blocks")) {
      model.setBlock(DjlMobileNetV2.blocks(plan));
      model.getBlock().setInitializer(new XavierInitializer(), Parameter.Type.WEIGHT);
      try (Trainer trainer = model.newTrainer(configuration)) {
        trainer.initialize(new Shape(size, 3, 224, 224));
        System.out.println(
            SideBySide.table(
                "Training step, all layers, batches of " + size,
                new SideBySide()
                    .add("DogVision", ours::run)
                    .add(
                        "DJL, blocks with batch norm, its trainer",
                        () -> {
                          try (NDManager scope = trainer.getManager().newSubManager();
                              GradientCollector collector = trainer.newGradientCollector()) {
                            NDArray input = scaled(scope, pixels, size);
                            input.attach(scope);
                            NDList output = trainer.forward(new NDList(input));
                            NDArray loss =
                                trainer
                                    .getLoss()
                                    .evaluate(new NDList(scope.create(labels)), output);
                            collector.backward(loss);
                            loss.getFloat();
                            output.attach(scope);
                            loss.attach(scope);
                          }
                          trainer.step();
                        })
                    .run(3, 9),
                size));
      }
    }
  }
}
