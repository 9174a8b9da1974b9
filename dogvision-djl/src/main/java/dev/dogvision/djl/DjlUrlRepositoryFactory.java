package dev.dogvision.djl;

import ai.djl.repository.RemoteRepository;
import ai.djl.repository.Repository;
import ai.djl.repository.RepositoryFactory;
import ai.djl.repository.zoo.ModelLoader;
import ai.djl.repository.zoo.ModelZoo;
import dev.dogvision.DogVisionException;
import java.net.URI;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads {@code djl://} URLs for Deep Java Library. By itself, the library looks for whatever such a
 * URL names, a zoo of one's own included, on its makers' server. With this, {@code
 * djl://dev.dogvision/...} is the model in a jar on the class path; any other URL goes where it
 * always went, or to the mirror that the system property {@value #MIRROR} names: the {@code https:}
 * or {@code file:} URL of a copy of that server's files. Registered as a service; programs need not
 * name it.
 */
public final class DjlUrlRepositoryFactory implements RepositoryFactory {
  /** The system property that names a copy of DJL's server. */
  public static final String MIRROR = "dogvision.djl.repository";

  /** Where DJL's own handler of these URLs looks. */
  private static final String SERVER = "https://mlrepo.djl.ai/";

  /** An artifact's name may hold slashes; version and name of a variant may be left out. */
  private static final Pattern PATH =
      Pattern.compile("/(?<artifact>.+?)(/(?<version>[\\d.]+)(/(?<name>.*))?)?");

  /** Looks for nothing yet. */
  public DjlUrlRepositoryFactory() {}

  @Override
  public Set<String> getSupportedScheme() {
    return Set.of("djl");
  }

  /**
   * The repository that a URL names.
   *
   * @param name the repository's name
   * @param uri {@code djl://<group>/<artifact>}, then perhaps {@code /<version>} and {@code
   *     /<name>}
   * @return a repository of that one model
   * @throws IllegalArgumentException if the URL has another form, or names no known model
   * @throws DogVisionException if it is for the embedded model and there is none, naming the
   *     dependency to add
   */
  @Override
  public Repository newInstance(String name, URI uri) {
    String group = uri.getHost();
    Matcher path = PATH.matcher(uri.getPath() == null ? "" : uri.getPath());
    if (group == null || !path.matches()) {
      throw new IllegalArgumentException(
          String.format(Locale.ROOT, "not of the form djl://<group>/<artifact>: %s", uri));
    }
    String artifact = path.group("artifact");
    ModelLoader loader = loader(uri, group, artifact);
    String version = path.group("version");
    String variant = path.group("name");
    if (group.equals(DogVisionZoo.GROUP_ID)) {
      EmbeddedModelRepository repository = new EmbeddedModelRepository(name, uri);
      repository.open();
      repository.addResource(repository.location(version, variant));
      return repository;
    }
    Repository repository = new RemoteRepository(name, server(uri.getQuery()));
    repository.addResource(
        repository.model(loader.getApplication(), group, artifact, version, variant));
    return repository;
  }

  private static URI server(@Nullable String query) {
    String mirror = System.getProperty(MIRROR, "");
    String base = mirror.isBlank() ? SERVER : mirror.endsWith("/") ? mirror : mirror + "/";
    return URI.create(query == null ? base : base + "?" + query);
  }

  private static ModelLoader loader(URI uri, String group, String artifact) {
    ModelZoo zoo = ModelZoo.getModelZoo(group);
    if (zoo == null) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT, "no model zoo \"%s\" found on the class path, for %s", group, uri));
    }
    ModelLoader loader = zoo.getModelLoader(artifact);
    if (loader == null) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "the model zoo \"%s\" has no \"%s\", for %s%s",
              group,
              artifact,
              uri,
              group.equals(DogVisionZoo.GROUP_ID)
                  ? "; it has \"" + DogVisionZoo.ARTIFACT_ID + "\""
                  : ""));
    }
    return loader;
  }
}
