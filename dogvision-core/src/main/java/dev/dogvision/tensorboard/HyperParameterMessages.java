package dev.dogvision.tensorboard;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnknownFieldSet;
import com.google.protobuf.UnknownFieldSet.Field;
import com.google.protobuf.Value;
import java.util.Collection;
import java.util.Map;

/**
 * The messages of TensorBoard's hyper-parameter dashboard. Nobody publishes Java classes for them,
 * so they are put together from field numbers, which are those of {@code
 * tensorboard/plugins/hparams/plugin_data.proto} and {@code api.proto}.
 */
final class HyperParameterMessages {
  static final String PLUGIN = "hparams";
  static final String EXPERIMENT_TAG = "_hparams_/experiment";
  static final String START_TAG = "_hparams_/session_start_info";
  static final String END_TAG = "_hparams_/session_end_info";

  private static final int TYPE_STRING = 1;
  private static final int TYPE_BOOLEAN = 2;
  private static final int TYPE_NUMBER = 3;
  private static final int STATUS_SUCCESS = 1;
  private static final int STATUS_FAILURE = 2;

  private HyperParameterMessages() {}

  /** {@code HParamsPluginData.experiment}: which parameters and metrics the table has. */
  static ByteString experiment(
      Map<String, Value> parameters, Collection<String> metricTags, double seconds) {
    UnknownFieldSet.Builder experiment = UnknownFieldSet.newBuilder().addField(3, number(seconds));
    parameters.forEach(
        (name, value) ->
            experiment.mergeField(
                4,
                message(
                    UnknownFieldSet.newBuilder()
                        .addField(1, text(name))
                        .addField(4, integer(type(value))))));
    for (String tag : metricTags) {
      UnknownFieldSet.Builder metricName = UnknownFieldSet.newBuilder().addField(2, text(tag));
      experiment.mergeField(
          5, message(UnknownFieldSet.newBuilder().addField(1, message(metricName))));
    }
    return pluginData(2, experiment);
  }

  /** {@code HParamsPluginData.session_start_info}: the parameters' values. */
  static ByteString sessionStart(Map<String, Value> parameters, double seconds) {
    UnknownFieldSet.Builder start = UnknownFieldSet.newBuilder().addField(5, number(seconds));
    parameters.forEach(
        (name, value) ->
            start.mergeField(
                1,
                message(
                    UnknownFieldSet.newBuilder()
                        .addField(1, text(name))
                        .addField(2, bytes(value.toByteString())))));
    return pluginData(3, start);
  }

  /** {@code HParamsPluginData.session_end_info}: how the run ended. */
  static ByteString sessionEnd(boolean succeeded, double seconds) {
    return pluginData(
        4,
        UnknownFieldSet.newBuilder()
            .addField(1, integer(succeeded ? STATUS_SUCCESS : STATUS_FAILURE))
            .addField(2, number(seconds)));
  }

  private static ByteString pluginData(int field, UnknownFieldSet.Builder data) {
    return UnknownFieldSet.newBuilder().addField(field, message(data)).build().toByteString();
  }

  private static int type(Value value) {
    return switch (value.getKindCase()) {
      case BOOL_VALUE -> TYPE_BOOLEAN;
      case NUMBER_VALUE -> TYPE_NUMBER;
      default -> TYPE_STRING;
    };
  }

  private static Field message(UnknownFieldSet.Builder message) {
    return bytes(message.build().toByteString());
  }

  private static Field text(String value) {
    return bytes(ByteString.copyFromUtf8(value));
  }

  private static Field bytes(ByteString value) {
    return Field.newBuilder().addLengthDelimited(value).build();
  }

  private static Field integer(int value) {
    return Field.newBuilder().addVarint(value).build();
  }

  private static Field number(double value) {
    return Field.newBuilder().addFixed64(Double.doubleToRawLongBits(value)).build();
  }
}
