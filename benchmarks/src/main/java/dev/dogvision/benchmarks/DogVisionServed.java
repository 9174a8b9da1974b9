package dev.dogvision.benchmarks;

import dev.dogvision.data.DatasetBuilder;
import dev.dogvision.model.TrainedModel;
import dev.dogvision.predict.Classification;
import dev.dogvision.predict.Predictor;
import java.nio.file.Path;
import java.util.List;

/** As this library's README shows it. */
final class DogVisionServed implements ServedModel {
  private final Predictor predictor;

  DogVisionServed(String engine) {
    this.predictor = Predictor.builder(TrainedModel.pretrained("fast")).engine(engine).open();
  }

  @Override
  public List<String> top3(byte[] file) {
    return predictor.predict(file).top(3).stream().map(Classification::label).toList();
  }

  @Override
  public void predict(Path folder, Path table) {
    predictor.inBatches().writeCsv(DatasetBuilder.fromImages(folder).build(), table);
  }

  @Override
  public void close() {
    predictor.close();
  }
}
