/** Pictures and reports of what DogVision's models do, and event files for TensorBoard. */
module dev.dogvision.report {
  requires transitive dev.dogvision;
  requires com.google.common;
  requires com.google.gson;
  requires com.google.protobuf;
  requires org.slf4j;
  requires xchart;
  requires static com.google.errorprone.annotations;
  requires static org.jspecify;

  exports dev.dogvision.report;
  exports dev.dogvision.tensorboard;

  provides dev.dogvision.train.TensorBoardProvider with
      dev.dogvision.tensorboard.TensorBoard;
}
