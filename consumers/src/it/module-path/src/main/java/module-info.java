/** All that a module has to say of DogVision is one line. */
module com.example.application {
  requires dev.dogvision;
}
