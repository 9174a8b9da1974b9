/** DogVision's domain and fluent API: data, pictures, training, prediction and evaluation. */
module dev.dogvision {
  requires transitive com.google.common;
  requires transitive org.jspecify;
  requires static transitive com.google.errorprone.annotations;
  requires com.google.gson;
  requires com.twelvemonkeys.imageio.jpeg;
  requires com.twelvemonkeys.imageio.webp;
  requires org.apache.commons.csv;
  requires org.slf4j;
  requires me.tongfei.progressbar;
  requires transitive java.desktop;
  requires static java.management;
  requires static jdk.management;

  exports dev.dogvision.image;
  exports dev.dogvision.model;
  exports dev.dogvision.predict;
  exports dev.dogvision.data;
  exports dev.dogvision.evaluate;
  exports dev.dogvision.spi;
  exports dev.dogvision.train;
  exports dev.dogvision;

  // What the modules of the library share among themselves.
  exports dev.dogvision.internal to
      dev.dogvision.cli,
      dev.dogvision.onnx,
      dev.dogvision.report,
      dev.dogvision.spark;

  uses dev.dogvision.spi.EmbeddedModel;
  uses dev.dogvision.spi.EngineProvider;
  uses dev.dogvision.spi.JpegDecoder;
  uses dev.dogvision.train.TensorBoardProvider;
}
