# The module, evaluated by as much of nixpkgs' lib as it uses: what it makes of some settings, as JSON. For tests, where there is no nixpkgs.
#     nix-instantiate --eval --strict --json packaging/nixos/evaluate.nix --arg services '{ copycat = { enable = true; … }; }'
{ services }:
let
  type = name: { inherit name; };
  lib = {
    inherit (builtins) concatStringsSep;
    mkOption = option: option;
    mkEnableOption = description: { inherit description; default = false; };
    mkIf = condition: content: if condition then content else { };
    mkDefault = value: value;
    optionalAttrs = condition: set: if condition then set else { };
    types = {
      bool = type "bool"; str = type "str"; path = type "path"; port = type "port"; package = type "package";
      nullOr = _: type "nullOr"; attrsOf = _: type "attrsOf"; nonEmptyListOf = _: type "nonEmptyListOf";
    };
  };
  module = import ./module.nix { config = { services.copycat = settled; }; inherit lib; pkgs = { }; };
  defaults = builtins.mapAttrs (_: option: option.default)
    (builtins.removeAttrs module.options.services.copycat
      (builtins.filter (name: !(module.options.services.copycat.${name} ? default)) (builtins.attrNames module.options.services.copycat)));
  unknown = builtins.filter (name: !(module.options.services.copycat ? ${name})) (builtins.attrNames services.copycat);
  settled =
    if unknown != [ ] then throw "services.copycat has no option ${builtins.head unknown}"
    else defaults // services.copycat;
in
module.config
