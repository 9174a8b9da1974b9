package dev.dogvision.benchmarks;

import ai.djl.Model;
import ai.djl.inference.Predictor;
import ai.djl.modality.Classifications;
import ai.djl.modality.cv.Image;
import ai.djl.modality.cv.ImageFactory;
import ai.djl.modality.cv.transform.CenterCrop;
import ai.djl.modality.cv.transform.Normalize;
import ai.djl.modality.cv.transform.Resize;
import ai.djl.modality.cv.transform.ToTensor;
import ai.djl.modality.cv.translator.ImageClassificationTranslator;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import ai.djl.training.ParameterStore;
import ai.djl.training.initializer.XavierInitializer;
import ai.djl.translate.TranslateException;
import dev.dogvision.model.Backbone;
import dev.dogvision.spi.NetworkPlan;
import java.io.BufferedWriter;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * What Deep Java Library's documentation shows: its image factory, its transforms, its translator
 * and a predictor a thread, around a network of its own blocks. The weights are random, which
 * changes no time.
 */
final class PlainDjl implements ServedModel {
  private static final int SIZE = 224;
  private static final int BATCH = 8;

  private final Model model = Model.newInstance("dogs");
  private final ConcurrentLinkedQueue<Predictor<Image, Classifications>> predictors =
      new ConcurrentLinkedQueue<>();
  private final NDManager manager = NDManager.newBaseManager();
  private final List<String> labels;

  private PlainDjl(List<String> labels, NetworkPlan plan) {
    this.labels = labels;
    model.setBlock(DjlMobileNetV2.blocks(plan));
    model.getBlock().setInitializer(new XavierInitializer(), Parameter.Type.WEIGHT);
    model.getBlock().initialize(manager, DataType.FLOAT32, new Shape(1, 3, SIZE, SIZE));
  }

  /** The network and the labels of the fast embedded model. */
  static PlainDjl ofFast() {
    List<String> labels = IntStream.range(0, 135).mapToObj(label -> "breed " + label).toList();
    return new PlainDjl(labels, Backbone.untrained(1.0, SIZE, 13).plan().withClasses(135));
  }

  private ImageClassificationTranslator translator() {
    return ImageClassificationTranslator.builder()
        .addTransform(new CenterCrop())
        .addTransform(new Resize(SIZE))
        .addTransform(new ToTensor())
        .addTransform(new Normalize(new float[] {.5f, .5f, .5f}, new float[] {.5f, .5f, .5f}))
        .optSynset(labels)
        .optApplySoftmax(true)
        .build();
  }

  private List<Classifications> predict(List<Image> images) {
    Predictor<Image, Classifications> predictor = predictors.poll();
    if (predictor == null) {
      predictor = model.newPredictor(translator());
    }
    try {
      return predictor.batchPredict(images);
    } catch (TranslateException e) {
      throw new IllegalStateException(e);
    } finally {
      predictors.add(predictor);
    }
  }

  private List<String> top3(Image image) {
    return predict(List.of(image)).get(0).topK(3).stream()
        .map(Classifications.Classification::getClassName)
        .toList();
  }

  @Override
  public List<String> top3(byte[] file) throws IOException {
    return top3(ImageFactory.getInstance().fromInputStream(new ByteArrayInputStream(file)));
  }

  @Override
  public Runnable fromPixels(byte[] file) throws IOException {
    Image image = ImageFactory.getInstance().fromInputStream(new ByteArrayInputStream(file));
    return () -> {
      List<String> unused = top3(image);
    };
  }

  @Override
  public Runnable pass(int images) {
    ParameterStore parameters = new ParameterStore(manager, false);
    return () -> {
      try (NDManager scope = manager.newSubManager()) {
        NDArray input = scope.zeros(new Shape(images, 3, SIZE, SIZE));
        float[] unused =
            model
                .getBlock()
                .forward(parameters, new NDList(input), false)
                .singletonOrThrow()
                .toFloatArray();
      }
    };
  }

  @Override
  public void predict(Path folder, Path table) throws IOException {
    List<Path> files;
    try (Stream<Path> listed = Files.list(folder)) {
      files = listed.sorted().toList();
    }
    try (BufferedWriter out = Files.newBufferedWriter(table)) {
      out.write("id," + String.join(",", labels) + "\n");
      for (int from = 0; from < files.size(); from += BATCH) {
        List<Path> some = files.subList(from, Math.min(files.size(), from + BATCH));
        List<Image> images = new ArrayList<>();
        for (Path file : some) {
          images.add(ImageFactory.getInstance().fromFile(file));
        }
        List<Classifications> found = predict(images);
        for (int i = 0; i < some.size(); i++) {
          StringBuilder row = new StringBuilder(String.valueOf(some.get(i).getFileName()));
          Classifications one = found.get(i);
          IntStream.range(0, labels.size())
              .forEach(
                  label -> row.append(',').append(one.get(labels.get(label)).getProbability()));
          out.write(row.append('\n').toString());
        }
      }
    }
  }

  @Override
  public void close() {
    predictors.forEach(Predictor::close);
    manager.close();
    model.close();
  }
}
