package dev.dogvision.djl;

import ai.djl.MalformedModelException;
import ai.djl.repository.MRL;
import ai.djl.repository.zoo.BaseModelLoader;
import ai.djl.repository.zoo.Criteria;
import ai.djl.repository.zoo.ModelNotFoundException;
import ai.djl.repository.zoo.ModelZoo;
import ai.djl.repository.zoo.ZooModel;
import dev.dogvision.model.Architectures;
import java.io.IOException;
import java.net.URI;
import java.util.Set;

/**
 * DJL's view of the embedded model: a zoo of one. It is made whenever a program uses any zoo of
 * DJL's, so it opens nothing until somebody asks for its model.
 */
final class DogVisionZoo extends ModelZoo {
  static final String GROUP_ID = "dev.dogvision";
  static final String ARTIFACT_ID = Architectures.mobileNetV2(1).name();

  /** The name of the embedded model that the artifact is. */
  static final String MODEL = "fast";

  private static final URI LOCATION = URI.create("djl://" + GROUP_ID + "/" + ARTIFACT_ID);

  DogVisionZoo() {
    addModel(new Loader(new EmbeddedModelRepository(GROUP_ID, LOCATION).location(null, null)));
  }

  @Override
  public String getGroupId() {
    return GROUP_ID;
  }

  @Override
  public Set<String> getSupportedEngines() {
    return Set.of("PyTorch");
  }

  /**
   * A search over all zoos goes on to the next where a model can't be found, but not where it can't
   * be read: a missing jar must not spoil other models' searches.
   */
  private static final class Loader extends BaseModelLoader {

    Loader(MRL location) {
      super(location);
    }

    @Override
    public <I, O> ZooModel<I, O> loadModel(Criteria<I, O> criteria)
        throws IOException, ModelNotFoundException, MalformedModelException {
      requireModel();
      return super.loadModel(criteria);
    }

    @Override
    public <I, O> boolean isDownloaded(Criteria<I, O> criteria)
        throws IOException, ModelNotFoundException {
      requireModel();
      return super.isDownloaded(criteria);
    }

    private void requireModel() throws ModelNotFoundException {
      try {
        mrl.listArtifacts();
      } catch (IOException e) {
        throw new ModelNotFoundException(e.getMessage(), e);
      }
    }
  }
}
