package dev.dogvision.djl;

import static java.util.Objects.requireNonNull;

import ai.djl.Application;
import ai.djl.repository.AbstractRepository;
import ai.djl.repository.Artifact;
import ai.djl.repository.License;
import ai.djl.repository.MRL;
import ai.djl.repository.Metadata;
import ai.djl.util.Progress;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.dogvision.DogVisionException;
import dev.dogvision.model.TrainedModel;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * DJL's view of where the embedded model is. DJL loads models from folders; the model is in a jar,
 * and as plain weights at that. So the first to ask has it compiled into a folder of temporary
 * files, which later ones share and the end of the program removes. Nothing is downloaded, and
 * DJL's cache is left alone.
 */
final class EmbeddedModelRepository extends AbstractRepository {
  private static final String VERSION = "0.0.1";

  /** DJL finds it by this name whatever the model is called. */
  private static final String MODEL = "model.pt";

  /** The name under which DJL's users know a list of classes. */
  private static final String LABELS = "synset.txt";

  private static final Object LOCK = new Object();

  @GuardedBy("LOCK")
  private static @Nullable Path compiled;

  private final List<MRL> resources = new ArrayList<>();

  @GuardedBy("this")
  private @Nullable TrainedModel model;

  EmbeddedModelRepository(String name, URI uri) {
    super(name, uri);
  }

  /** The model's location; a version or name other than the one there is will match nothing. */
  MRL location(@Nullable String version, @Nullable String name) {
    return model(
        Application.CV.IMAGE_CLASSIFICATION,
        DogVisionZoo.GROUP_ID,
        DogVisionZoo.ARTIFACT_ID,
        version,
        name);
  }

  /** Reads the model. */
  synchronized TrainedModel open() {
    if (model == null) {
      model = TrainedModel.pretrained(DogVisionZoo.MODEL);
    }
    return model;
  }

  @Override
  public boolean isRemote() {
    return false;
  }

  @Override
  public Metadata locate(MRL location) throws IOException {
    DjlEngine.declineTracking(System.getenv(DjlEngine.OPT_OUT));
    TrainedModel trained;
    try {
      trained = open();
    } catch (DogVisionException e) {
      throw new IOException(e.getMessage(), e);
    }
    Artifact artifact = new Artifact();
    artifact.setName(DogVisionZoo.ARTIFACT_ID);
    artifact.setVersion(VERSION);
    artifact.setProperties(
        Map.of(
            "architecture", trained.architecture().title(),
            "labels", Integer.toString(trained.labels().size())));
    artifact.getArguments().put("translatorFactory", BreedTranslatorFactory.class.getName());
    artifact.getArguments().putAll(arguments);
    Metadata metadata = new Metadata();
    metadata.setMetadataVersion("0.2");
    metadata.setResourceType("model");
    metadata.setApplication(Application.CV.IMAGE_CLASSIFICATION);
    metadata.setGroupId(DogVisionZoo.GROUP_ID);
    metadata.setArtifactId(DogVisionZoo.ARTIFACT_ID);
    metadata.setName(trained.architecture().title());
    metadata.setDescription(
        trained.architecture().title() + " that knows breeds of dogs, embedded in a jar");
    metadata.addLicense(License.apache());
    metadata.setRepositoryUri(location.toURI());
    metadata.setArtifacts(List.of(artifact));
    return metadata;
  }

  @Override
  public @Nullable Artifact resolve(MRL location, Map<String, String> filter) throws IOException {
    return location.match(filter);
  }

  /** Does nothing: there is nothing to download. */
  @Override
  public void prepare(Artifact artifact, @Nullable Progress progress) {}

  @Override
  public Path getCacheDirectory() throws IOException {
    return requireNonNull(folder().getParent(), "a temporary folder's parent");
  }

  @Override
  public Path getResourceDirectory(Artifact artifact) throws IOException {
    return folder();
  }

  @Override
  public List<MRL> getResources() {
    return List.copyOf(resources);
  }

  @Override
  public void addResource(MRL location) {
    resources.add(location);
  }

  /** The folder with the compiled model, made anew should somebody have cleared it away. */
  private Path folder() throws IOException {
    synchronized (LOCK) {
      if (compiled == null || !Files.isRegularFile(compiled.resolve(MODEL))) {
        compiled = compile(open());
      }
      return compiled;
    }
  }

  private static Path compile(TrainedModel model) throws IOException {
    // Readable by this user only, as such folders are.
    Path folder = Files.createTempDirectory("dogvision-djl");
    // What is registered last is deleted first.
    folder.toFile().deleteOnExit();
    for (String file : List.of(MODEL, LABELS)) {
      folder.resolve(file).toFile().deleteOnExit();
    }
    Files.write(folder.resolve(LABELS), model.labels().names());
    GraphCompiler.forDjl(model.plan(), model.weights()).write(folder.resolve(MODEL));
    return folder;
  }
}
