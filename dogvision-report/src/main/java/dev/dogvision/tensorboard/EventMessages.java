package dev.dogvision.tensorboard;

import com.google.protobuf.ByteString;

/**
 * The messages of an event file and their fields' numbers, which are those of TensorFlow's {@code
 * event.proto}, {@code summary.proto}, {@code tensor.proto} and {@code tensor_shape.proto}.
 */
final class EventMessages {
  static final int EVENT_WALL_TIME = 1;
  static final int EVENT_STEP = 2;
  static final int EVENT_FILE_VERSION = 3;
  static final int EVENT_SUMMARY = 5;

  static final int SUMMARY_VALUE = 1;

  static final int VALUE_TAG = 1;
  static final int VALUE_SIMPLE_VALUE = 2;
  static final int VALUE_IMAGE = 4;
  static final int VALUE_TENSOR = 8;
  static final int VALUE_METADATA = 9;

  static final int IMAGE_HEIGHT = 1;
  static final int IMAGE_WIDTH = 2;
  static final int IMAGE_COLORSPACE = 3;
  static final int IMAGE_ENCODED = 4;

  static final int METADATA_PLUGIN_DATA = 1;
  static final int PLUGIN_DATA_NAME = 1;
  static final int PLUGIN_DATA_CONTENT = 2;

  static final int TENSOR_TYPE = 1;
  static final int TENSOR_SHAPE = 2;
  static final int TENSOR_FLOAT_VALUE = 5;
  static final int TENSOR_STRING_VALUE = 8;
  static final int SHAPE_DIMENSION = 2;
  static final int DIMENSION_SIZE = 1;

  private static final int TYPE_FLOAT = 1;
  private static final int TYPE_STRING = 7;
  private static final int COLORSPACE_RGB = 3;

  private EventMessages() {}

  static ProtobufMessage fileVersion(double seconds, String version) {
    return event(seconds).text(EVENT_FILE_VERSION, version);
  }

  static ProtobufMessage summary(double seconds, long step, ProtobufMessage value) {
    return event(seconds)
        .whole(EVENT_STEP, step)
        .message(EVENT_SUMMARY, new ProtobufMessage().message(SUMMARY_VALUE, value));
  }

  private static ProtobufMessage event(double seconds) {
    return new ProtobufMessage().float64(EVENT_WALL_TIME, seconds);
  }

  static ProtobufMessage scalar(String tag, float value) {
    return value(tag).float32(VALUE_SIMPLE_VALUE, value);
  }

  static ProtobufMessage image(String tag, byte[] png, int width, int height) {
    return value(tag)
        .message(
            VALUE_IMAGE,
            new ProtobufMessage()
                .whole(IMAGE_HEIGHT, height)
                .whole(IMAGE_WIDTH, width)
                .whole(IMAGE_COLORSPACE, COLORSPACE_RGB)
                .bytes(IMAGE_ENCODED, ByteString.copyFrom(png)));
  }

  static ProtobufMessage text(String tag, String markdown) {
    return value(tag)
        .message(VALUE_METADATA, metadata("text", ByteString.EMPTY))
        .message(VALUE_TENSOR, tensor(TYPE_STRING).text(TENSOR_STRING_VALUE, markdown));
  }

  /** What a plugin reads from its metadata, with the placeholder for a value that it asks for. */
  static ProtobufMessage pluginData(String tag, String plugin, ByteString content) {
    return value(tag)
        .message(VALUE_METADATA, metadata(plugin, content))
        .message(VALUE_TENSOR, tensor(TYPE_FLOAT).float32(TENSOR_FLOAT_VALUE, 0));
  }

  private static ProtobufMessage value(String tag) {
    return new ProtobufMessage().text(VALUE_TAG, tag);
  }

  private static ProtobufMessage metadata(String plugin, ByteString content) {
    return new ProtobufMessage()
        .message(
            METADATA_PLUGIN_DATA,
            new ProtobufMessage()
                .text(PLUGIN_DATA_NAME, plugin)
                .bytes(PLUGIN_DATA_CONTENT, content));
  }

  private static ProtobufMessage tensor(int type) {
    return new ProtobufMessage()
        .whole(TENSOR_TYPE, type)
        .message(
            TENSOR_SHAPE,
            new ProtobufMessage()
                .message(SHAPE_DIMENSION, new ProtobufMessage().whole(DIMENSION_SIZE, 1)));
  }
}
