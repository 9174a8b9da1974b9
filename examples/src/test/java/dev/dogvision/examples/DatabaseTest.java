package dev.dogvision.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dogvision.data.Dataset;
import dev.dogvision.data.DatasetBuilder;
import dev.dogvision.data.Example;
import dev.dogvision.data.Split;
import dev.dogvision.image.ImageSource;
import dev.dogvision.model.TransferModel;
import dev.dogvision.predict.Labelled;
import dev.dogvision.predict.Prediction;
import dev.dogvision.predict.Predictor;
import dev.dogvision.train.Trainer;
import dev.dogvision.train.TrainingRun;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.h2.jdbcx.JdbcConnectionPool;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Pictures in a column of a database, from which an application trains and predicts. */
class DatabaseTest {
  private final JdbcConnectionPool database =
      JdbcConnectionPool.create("jdbc:h2:mem:dogs;DB_CLOSE_DELAY=-1", "sa", "");

  @AfterEach
  void close() {
    database.dispose();
  }

  /** A row's picture: opened when it is needed, with a connection of its own. */
  private ImageSource picture(int id) {
    return ImageSource.of("dogs/" + id, () -> open(id));
  }

  private InputStream open(int id) {
    try (Connection connection = database.getConnection();
        PreparedStatement query =
            connection.prepareStatement("select picture from dogs where id = ?")) {
      query.setInt(1, id);
      try (ResultSet row = query.executeQuery()) {
        if (!row.next()) {
          throw new IllegalStateException("there is no dog " + id);
        }
        return new ByteArrayInputStream(row.getBytes("picture"));
      }
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  private List<Example> examples() throws SQLException {
    List<Example> examples = new ArrayList<>();
    try (Connection connection = database.getConnection();
        PreparedStatement query =
            connection.prepareStatement(
                "select id, breed from dogs where breed is not null order by id");
        ResultSet rows = query.executeQuery()) {
      while (rows.next()) {
        examples.add(Example.of(picture(rows.getInt("id")), rows.getString("breed")));
      }
    }
    return examples;
  }

  private void fill(Path drawn) throws SQLException, IOException {
    Dataset dogs = DatasetBuilder.fromFolders(DrawnDogs.draw(drawn, 6, 1)).build();
    try (Connection connection = database.getConnection()) {
      connection
          .createStatement()
          .execute("create table dogs (id int primary key, breed varchar, picture blob)");
      try (PreparedStatement insert =
          connection.prepareStatement("insert into dogs values (?, ?, ?)")) {
        for (int i = 0; i < dogs.size(); i++) {
          Example dog = dogs.example(i);
          insert.setInt(1, i);
          insert.setString(2, dog.label());
          insert.setBytes(3, Files.readAllBytes(dog.image().path().orElseThrow()));
          insert.execute();
        }
        insert.setInt(1, 1000);
        insert.setString(2, null);
        insert.setBytes(3, new byte[] {1, 2, 3});
        insert.execute();
      }
    }
  }

  @Test
  void trains_and_predicts_from_a_column_of_blobs(@TempDir Path folder) throws Exception {
    fill(folder);

    Dataset dogs = DatasetBuilder.fromSources(examples()).build();
    Split split = dogs.split(0.8, 13);
    TransferModel model =
        TransferModel.mobileNetV2().labels(dogs.labels()).freezeBackbone().build();
    TrainingRun run = Trainer.of(model).epochs(40).learningRate(1e-3).seed(13).fit(split.train());

    assertThat(dogs.size()).isEqualTo(48);
    assertThat(run.evaluate(split.validation()).accuracy()).isGreaterThan(0.5);
    try (Predictor predictor = Predictor.of(run.model())) {
      List<ImageSource> some = List.of(picture(0), picture(1000), picture(4711), picture(47));
      List<String> outcomes = new ArrayList<>();
      for (Labelled<Prediction> one : predictor.stream(some)) {
        outcomes.add(
            one.isReadable()
                ? one.name() + " " + one.value().best().label()
                : String.valueOf(one.problem().orElseThrow().getMessage()));
      }

      assertThat(outcomes.get(0)).isEqualTo("dogs/0 " + dogs.example(0).label());
      assertThat(outcomes.get(1)).startsWith("dogs/1000: not JPEG, PNG, GIF, BMP or WebP");
      assertThat(outcomes.get(2)).isEqualTo("dogs/4711: it can't be opened: there is no dog 4711");
      assertThat(outcomes.get(3)).startsWith("dogs/47 ");
    }
  }
}
