"""`python -m clipper` is `clip`."""

from clipper.cli import main

if __name__ == "__main__":
    main()
