package dev.dogvision.models;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;

/** The files of the models in this jar. */
final class ModelFiles {
  private ModelFiles() {}

  static InputStream open(String model, String fileName) throws IOException {
    InputStream content = ModelFiles.class.getResourceAsStream(model + "/" + fileName);
    if (content == null) {
      throw new FileNotFoundException(
          "the embedded model \""
              + model
              + "\" has no file "
              + fileName
              + ": is the jar of dogvision-models whole?");
    }
    return content;
  }
}
