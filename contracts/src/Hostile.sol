// SPDX-License-Identifier: MIT
pragma solidity 0.8.28;

/// "Wallets" that answer `isValidSignature` in every way that must not be taken for a yes.
contract Hostile {
    enum Answer {
        Nothing,
        MagicShort,
        MagicOneByteShort,
        MagicDirty,
        MagicRight,
        One,
        AllOnes,
        Zero,
        HashBack,
        MuchWithoutMagic,
        RevertSilent,
        RevertWithMagic,
        RevertWithReason,
        BurnGas,
        InvalidOpcode,
        YesToZeroAddress
    }

    bytes4 private constant MAGIC = 0x1626ba7e;
    Answer private immutable answer;

    constructor(Answer chosen) {
        answer = chosen;
    }

    fallback(bytes calldata call) external returns (bytes memory) {
        if (answer == Answer.MagicShort) return abi.encodePacked(MAGIC);
        if (answer == Answer.MagicOneByteShort) return abi.encodePacked(MAGIC, bytes27(0));
        if (answer == Answer.MagicDirty) return abi.encodePacked(MAGIC, bytes27(0), bytes1(0x01));
        if (answer == Answer.MagicRight) return abi.encodePacked(bytes28(0), MAGIC);
        if (answer == Answer.One) return abi.encode(true);
        if (answer == Answer.AllOnes) return abi.encode(type(uint256).max);
        if (answer == Answer.Zero) return abi.encode(uint256(0));
        if (answer == Answer.HashBack) return call[4:36];
        if (answer == Answer.MuchWithoutMagic) return new bytes(100_000);
        if (answer == Answer.RevertSilent) revert();
        if (answer == Answer.RevertWithMagic) {
            assembly {
                mstore(0, shl(224, 0x1626ba7e))
                revert(0, 32)
            }
        }
        if (answer == Answer.RevertWithReason) revert("0x1626ba7e is what you want to hear");
        if (answer == Answer.BurnGas) {
            uint256 i;
            while (true) i++;
        }
        if (answer == Answer.InvalidOpcode) {
            assembly {
                invalid()
            }
        }
        // As wallets do that go easy on gas estimators.
        if (answer == Answer.YesToZeroAddress && tx.origin == address(0)) return abi.encode(MAGIC);
        return "";
    }
}

/// Factories for EIP-6492 that claim to have deployed a wallet and have not.
contract LyingFactory {
    bytes4 private constant MAGIC = 0x1626ba7e;

    /// Succeeds and deploys nothing.
    function deploy(address, address, bytes32) external pure returns (bytes memory) {
        return abi.encode(MAGIC);
    }

    /// Deploys a wallet that says yes to everything, but at another address.
    function deployElsewhere() external returns (address) {
        return address(new YesMan());
    }
}

/// Says yes to everything: its own address may be linked by anybody, no other.
contract YesMan {
    function isValidSignature(bytes32, bytes calldata) external pure returns (bytes4) {
        return this.isValidSignature.selector;
    }
}
