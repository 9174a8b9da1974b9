# The page and the commands of DogVision in a container:
#   docker build -t dogvision .
#   docker run --rm -p 8080:8080 --read-only --tmpfs /tmp --memory 512m --cpus 2 dogvision
# docs/container.md says what the lines are for, and what an application of yours takes from them.

FROM maven:3.9-eclipse-temurin-17 AS build
WORKDIR /build
COPY . .
RUN --mount=type=cache,target=/root/.m2 mvn -B -q -ntp -Pdistribution -pl dogvision-cli -am package -DskipTests \
 && cp dogvision-cli/target/distribution/dogvision.jar /dogvision.jar

# The GNU C library, not Alpine's: PyTorch and ONNX Runtime are built for it.
FROM eclipse-temurin:17-jre-noble
RUN useradd --create-home --uid 10001 dogvision
COPY --from=build /dogvision.jar /opt/dogvision/dogvision.jar

# Native libraries are unpacked, and classes archived, while the image is built: a container may then be read-only, and
# starts sooner. Both belong to this JDK and this jar, so they are made by the same.
ENV DJL_CACHE_DIR=/opt/dogvision/natives
RUN mkdir -p /opt/dogvision/natives \
 && printf '%s\n' -XX:SharedArchiveFile=/opt/dogvision/classes.jsa -Xshare:auto -XX:MaxRAMPercentage=50 \
      -XX:+ExitOnOutOfMemoryError -Djava.awt.headless=true -Dai.djl.offline=true \
      -Ddogvision.onnx.libraries=/opt/dogvision/natives -Dorg.bytedeco.javacpp.cachedir=/opt/dogvision/natives/javacpp \
      -jar /opt/dogvision/dogvision.jar >/opt/dogvision/dogvision.options \
 && (java -XX:ArchiveClassesAtExit=/opt/dogvision/classes.jsa -Xlog:disable \
      $(grep -v SharedArchive /opt/dogvision/dogvision.options) doctor || true) \
 && test -s /opt/dogvision/classes.jsa \
 && chmod -R a+rX /opt/dogvision

USER dogvision
EXPOSE 8080
ENTRYPOINT ["java", "@/opt/dogvision/dogvision.options"]
CMD ["serve", "--host", "0.0.0.0", "--port", "8080"]
