"""The names of all networks. Importing them does not need torch."""

PATCH_NETWORKS = ("lcn", "cnn", "fcn")  # of srhm.networks.patch
COMMON = ("vgg11", "vgg16", "resnet18", "resnet34", "efficientnet_b0")  # of .architectures
VARIANTS = ("resnet18_stem7",)  # ResNet18 with the first layers that it has for large images
CONVERTED = COMMON + VARIANTS  # torchvision's, made one-dimensional
# Relative depths at which Figure 9 looks into a common architecture; the output is one more layer.
DEPTHS = (0.2, 0.5, 0.8)
SHORTEST = 32  # input of a common architecture: VGG halves it five times
ARCHITECTURES = PATCH_NETWORKS + CONVERTED
SCALINGS = ("fan_in", "channels")  # what a layer of a patch network is divided by
