package dev.dogvision.tensorboard;

import com.google.protobuf.ByteString;
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
    ProtobufMessage experiment = new ProtobufMessage().float64(3, seconds);
    parameters.forEach(
        (name, value) ->
            experiment.message(4, new ProtobufMessage().text(1, name).whole(4, type(value))));
    for (String tag : metricTags) {
      experiment.message(5, new ProtobufMessage().message(1, new ProtobufMessage().text(2, tag)));
    }
    return pluginData(2, experiment);
  }

  /** {@code HParamsPluginData.session_start_info}: the parameters' values. */
  static ByteString sessionStart(Map<String, Value> parameters, double seconds) {
    ProtobufMessage start = new ProtobufMessage().float64(5, seconds);
    parameters.forEach(
        (name, value) ->
            start.message(1, new ProtobufMessage().text(1, name).bytes(2, value.toByteString())));
    return pluginData(3, start);
  }

  /** {@code HParamsPluginData.session_end_info}: how the run ended. */
  static ByteString sessionEnd(boolean succeeded, double seconds) {
    return pluginData(
        4,
        new ProtobufMessage()
            .whole(1, succeeded ? STATUS_SUCCESS : STATUS_FAILURE)
            .float64(2, seconds));
  }

  private static ByteString pluginData(int field, ProtobufMessage data) {
    return new ProtobufMessage().message(field, data).toByteString();
  }

  private static int type(Value value) {
    return switch (value.getKindCase()) {
      case BOOL_VALUE -> TYPE_BOOLEAN;
      case NUMBER_VALUE -> TYPE_NUMBER;
      default -> TYPE_STRING;
    };
  }
}
