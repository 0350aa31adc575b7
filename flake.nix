# nix run github:…#copycat -- --help, and services.copycat for NixOS: packaging/nixos/module.nix
{
  description = "A mirror of the Nix binary cache: event-driven, serverless, verified";

  inputs.nixpkgs.url = "github:NixOS/nixpkgs/nixos-unstable-small";

  outputs = { self, nixpkgs }:
    let
      systems = [ "x86_64-linux" "aarch64-linux" ];
      each = nixpkgs.lib.genAttrs systems;
      version = (builtins.fromJSON (builtins.readFile ./package.json)).version;
    in
    {
      packages = each (system: rec {
        copycat = nixpkgs.legacyPackages.${system}.callPackage ./packaging/nixos/package.nix { src = self; inherit version; };
        default = copycat;
      });
      nixosModules = rec {
        copycat = { pkgs, lib, ... }: {
          imports = [ ./packaging/nixos/module.nix ];
          services.copycat.package = lib.mkDefault self.packages.${pkgs.stdenv.hostPlatform.system}.copycat;
        };
        default = copycat;
      };
    };
}
