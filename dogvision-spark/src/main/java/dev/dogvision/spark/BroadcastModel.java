package dev.dogvision.spark;

import com.google.common.collect.MapMaker;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.dogvision.MismatchException;
import dev.dogvision.model.TrainedModel;
import java.util.Map;
import org.apache.spark.SparkContext;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.jspecify.annotations.Nullable;

/**
 * A model on the driver, and what was sent of it to executors: once for each cluster, however often
 * it is asked for.
 */
final class BroadcastModel {
  private final TrainedModel model;
  private final String fingerprint;

  @GuardedBy("this")
  private final Map<SparkContext, Broadcast<byte[]>> sent = new MapMaker().weakKeys().makeMap();

  @GuardedBy("this")
  private byte @Nullable [] packed;

  BroadcastModel(TrainedModel model) {
    if (model.plan().module().isPresent()) {
      throw new MismatchException(
          model.architecture().title(),
          model.architecture().title()
              + " is a published module, which is code: it is sent to no executor. Take a model on"
              + " another backbone");
    }
    this.model = model;
    this.fingerprint = model.fingerprint();
  }

  TrainedModel model() {
    return model;
  }

  String fingerprint() {
    return fingerprint;
  }

  /** The model's bytes on a cluster. */
  synchronized Broadcast<byte[]> in(SparkContext cluster) {
    Broadcast<byte[]> there = sent.get(cluster);
    if (there == null) {
      if (packed == null) {
        packed = PackedModel.pack(model);
      }
      there = JavaSparkContext.fromSparkContext(cluster).broadcast(packed);
      sent.put(cluster, there);
    }
    return there;
  }
}
