"""The networks of the VAE and of the GAN."""
